"use strict";

// Turns the small drawings into plots that can be zoomed: all of them show the same operations.
(() => {
  const plots = JSON.parse(document.getElementById("plots").textContent);
  let charts = [];
  const sync = uPlot.sync("operations");
  const dark = matchMedia("(prefers-color-scheme: dark)");

  const grouped = (value) => value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, "\u202f");

  const count = (value) =>
    Number.isInteger(value) || Math.abs(value) >= 1000 ? grouped(value) : String(+value.toPrecision(3));

  const bytes = (value) => {
    const units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let unit = 0;
    for (; Math.abs(value) >= 1024 && unit + 1 < units.length; ++unit) value /= 1024;
    return `${+value.toPrecision(4)} ${units[unit]}`;
  };

  const amount = (plot, value) => (plot.unit === "byte" ? bytes(value) : count(value));

  // Ticks of memory stand at powers of two, others at whole numbers.
  const binarySteps = Array.from({ length: 50 }, (_, power) => 2 ** power);
  const wholeSteps = Array.from({ length: 15 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat();

  // The columns that uPlot draws: operations, samples, the fitted line, and what its interval spans below and above.
  const columns = (plot) => {
    if (!plot.line) return [plot.x, plot.y];
    const line = (rate) => plot.x.map((x) => plot.line.y + rate * (x - plot.line.x));
    const low = line(plot.line.low);
    const high = line(plot.line.high);
    const least = low.map((y, index) => Math.min(y, high[index]));
    const greatest = low.map((y, index) => Math.max(y, high[index]));
    return [plot.x, plot.y, line(plot.line.rate), least, greatest];
  };

  const heights = (_, least, greatest) => {
    if (least === null) return [0, 1];
    const margin = (greatest - least || Math.max(1, Math.abs(greatest) * 0.01)) * 0.08;
    return [least - margin, greatest + margin];
  };

  const markDecision = (plot, color) => (chart) => {
    if (plot.decided === undefined) return;
    const x = Math.round(chart.valToPos(plot.decided, "x", true));
    const { left, top, width, height } = chart.bbox;
    if (x < left || x > left + width) return;
    const context = chart.ctx;
    context.save();
    context.strokeStyle = color;
    context.setLineDash([2, 4]);
    context.beginPath();
    context.moveTo(x, top);
    context.lineTo(x, top + height);
    context.stroke();
    context.restore();
  };

  // What the judge saw: the least of each block. And where its samples stand, where they can be told apart.
  const markFloors = (plot, color) => (chart) => {
    const { left, top, width, height } = chart.bbox;
    const context = chart.ctx;
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    context.strokeStyle = color;
    context.lineWidth = 2 * devicePixelRatio;
    context.beginPath();
    for (const [from, to, amount] of plot.floors ?? []) {
      const y = chart.valToPos(amount, "y", true);
      context.moveTo(chart.valToPos(from, "x", true), y);
      context.lineTo(chart.valToPos(to, "x", true), y);
    }
    context.stroke();
    const { min, max } = chart.scales.x;
    const rounds = plot.x.filter((x) => x >= min && x <= max);
    if (rounds.length <= width / (4 * devicePixelRatio)) {
      context.lineWidth = devicePixelRatio;
      context.beginPath();
      for (const round of rounds) {
        const x = chart.valToPos(round, "x", true);
        context.moveTo(x, top + height);
        context.lineTo(x, top + height - 5 * devicePixelRatio);
      }
      context.stroke();
    }
    context.restore();
  };

  const zoomAll = (min, max) => {
    for (const chart of charts) {
      const { min: least, max: greatest } = chart.scales.x;
      if (least !== min || greatest !== max) chart.setScale("x", { min, max });
    }
  };

  const help = "Drag to zoom, double-click to see all; keys: + \u2212 \u2190 \u2192 0";

  const readOut = (plot, place) => (chart) => {
    const index = chart.cursor.idx;
    const known = index !== null && index !== undefined && plot.y[index] !== null;
    place.textContent = known
      ? `${amount(plot, plot.y[index])} after ${grouped(plot.x[index])} operations`
      : help;
  };

  const options = (plot, drawing, place) => {
    const style = getComputedStyle(drawing);
    const [accent, dim, rule, ink] = ["--accent", "--dim", "--line", "--ink"].map((name) => style.getPropertyValue(name).trim());
    const axis = { stroke: dim, font: "12px system-ui, sans-serif", grid: { stroke: rule, width: 1 }, ticks: { show: false } };
    // The samples fill the plot, however wide the interval.
    const line = { auto: false, points: { show: false }, stroke: "transparent" };
    const series = [{}, { stroke: accent, width: 1.5, points: { fill: accent, size: 4 } }];
    if (plot.line) series.push({ ...line, stroke: dim, width: 1, dash: [6, 4] }, line, line);
    return {
      width: drawing.clientWidth,
      height: drawing.clientHeight,
      legend: { show: false },
      cursor: { sync: { key: sync.key, scales: ["x", null] }, points: { size: 7 }, drag: { x: true, y: false } },
      scales: { x: { time: false }, y: { range: heights } },
      axes: [
        { ...axis, values: (_, ticks) => ticks.map(count), space: 70, size: 30 },
        { ...axis, values: (_, ticks) => ticks.map((tick) => amount(plot, tick)), size: 72,
          incrs: plot.unit === "byte" ? binarySteps : wholeSteps },
      ],
      series,
      bands: plot.line ? [{ series: [4, 3], fill: `color-mix(in srgb, ${accent} 14%, transparent)` }] : [],
      hooks: {
        draw: [markFloors(plot, ink), markDecision(plot, dim)],
        setCursor: [readOut(plot, place)],
        setScale: [(chart, scale) => {
          if (scale !== "x") return;
          const { min, max } = chart.scales.x;
          drawing.dataset.shown = `${min} ${max}`;  // For tests.
          zoomAll(min, max);
        }],
      },
    };
  };

  // + and - zoom around the middle, arrows move by a quarter, 0 shows all.
  const onKey = (plot, chart) => (event) => {
    const { min, max } = chart.scales.x;
    const width = max - min;
    const views = {
      "+": [min + width / 4, max - width / 4],
      "=": [min + width / 4, max - width / 4],
      "-": [min - width / 2, max + width / 2],
      ArrowLeft: [min - width / 4, max - width / 4],
      ArrowRight: [min + width / 4, max + width / 4],
      0: [plot.x[0], plot.x[plot.x.length - 1]],
    };
    const view = views[event.key];
    if (!view || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    zoomAll(...view);
  };

  // A drawing becomes a plot when it comes near what is seen, or is printed: what stands below costs nothing until then.
  const makers = new Map();
  const make = (drawing) => {
    const maker = makers.get(drawing);
    makers.delete(drawing);
    maker?.();
  };
  const near = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) if (isIntersecting) make(target);
  }, { rootMargin: "25%" });
  addEventListener("beforeprint", () => [...makers.keys()].forEach(make));

  const prepare = (plot, drawing) => {
    const place = document.createElement("p");
    place.className = "readout";
    place.id = `readout-${drawing.dataset.plot}`;
    place.textContent = help;
    drawing.after(place);
    drawing.tabIndex = 0;
    drawing.setAttribute("role", "group");
    const words = drawing.querySelector("svg").getAttribute("aria-label");
    drawing.setAttribute("aria-label", `Plot of ${plot.resource}: ${words}; values are in the table below`);
    drawing.setAttribute("aria-describedby", place.id);
    let chart;
    const build = () => {
      const data = columns(plot);
      const shown = charts.find((other) => other !== chart)?.scales.x;
      chart?.destroy();
      charts = charts.filter((other) => other !== chart);
      drawing.replaceChildren();
      chart = new uPlot(options(plot, drawing, place), data, drawing);
      if (shown) chart.setScale("x", { min: shown.min, max: shown.max });
      charts.push(chart);
      readOut(plot, place)(chart);
    };
    makers.set(drawing, () => {
      near.unobserve(drawing);
      build();
      dark.addEventListener("change", build);
      new ResizeObserver(() => chart.setSize({ width: drawing.clientWidth, height: drawing.clientHeight })).observe(drawing);
    });
    drawing.addEventListener("keydown", (event) => {
      make(drawing);
      onKey(plot, chart)(event);
    });
    near.observe(drawing);
  };

  for (const drawing of document.querySelectorAll("[data-plot]")) prepare(plots[drawing.dataset.plot], drawing);

  const command = document.querySelector(".command");
  if (command && navigator.clipboard) {
    const button = document.createElement("button");
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(command.textContent);
      button.textContent = "Copied";
    });
    command.before(button);
  }
})();
