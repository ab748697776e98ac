#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Opens HTML reports in a browser: check_page.py PROGRAM.

PROGRAM FOLDER writes reports into a folder. In each every plot must be drawn, with the floors that the judge saw, a key
and a drag of the mouse must zoom into it and a double click out of it again, a click must open what is folded, no
script may fail, and no text of a daemon's may act. Exits with 77 where there is no Chromium.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# Runs in the page, before and after its own scripts; what it found is an attribute of <html>.
WATCH = """<script>
  const faults = [];
  addEventListener("error", (event) => faults.push(event.message));
</script>"""
LOOK = """<script>
  addEventListener("load", () => setTimeout(() => {
    const drawings = [...document.querySelectorAll("[data-plot]")];
    const drawn = () => drawings.map((drawing) => drawing.querySelector("canvas")?.toDataURL());
    const before = drawn();
    const over = drawings[0]?.querySelector(".u-over");
    const mouse = (type, share, target = over) => {
      const { left, top, width, height } = over.getBoundingClientRect();
      target.dispatchEvent(new MouseEvent(type, { bubbles: true, button: 0, clientX: left + share * width,
                                                  clientY: top + height / 2, movementX: 1, detail: 1 }));
    };
    const steps = [
      ["+ does not zoom", true, () => drawings[0].dispatchEvent(new KeyboardEvent("keydown", { key: "+" }))],
      ["0 does not show all", false, () => drawings[0].dispatchEvent(new KeyboardEvent("keydown", { key: "0" }))],
      ["a drag does not zoom", true, () => {
        mouse("mousemove", 0.25); mouse("mousedown", 0.25); mouse("mousemove", 0.75);
        mouse("mouseup", 0.75, document);
      }],
      ["a double click does not show all", false, () => mouse("dblclick", 0.5)],
    ];
    const folded = document.querySelector("details:not([open]) > summary");
    folded?.click();
    if (folded && !folded.parentElement.open) faults.push("a click does not open what is folded");
    const next = () => {
      const [complaint, differs, act] = steps.shift() ?? [];
      if (!complaint || !over) return finish();
      act();
      setTimeout(() => {
        if ((shown() !== whole) !== differs) faults.push(complaint);
        next();
      }, 100);
    };
    const shown = () => drawings[0]?.dataset.shown;
    const whole = shown();
    const finish = () => {
      if (before.includes(undefined)) faults.push("a plot is missing");
      if (document.title === "owned") faults.push("the daemon wrote the page");
      document.documentElement.dataset.seen = `${drawings.length} plots`;
      document.documentElement.dataset.faults = faults.join("; ");
    };
    next();
  }, 200));
</script>"""


def open_page(chromium, page, profile):
    """The attributes that LOOK leaves: what it saw, and what is wrong."""
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}",
               "--virtual-time-budget=5000", "--dump-dom", page.as_uri()]
    dom = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    return [match[1] if (match := re.search(rf'<html[^>]* data-{name}="([^"]*)"', dom)) else None
            for name in ("seen", "faults")]


def main(program):
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        print("skipped: needs the package chromium")
        return 77
    found = 0
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, folder], check=True)
        for name in ("hostile", "long"):
            page = pathlib.Path(folder) / f"{name}.html"
            text = page.read_text(encoding="utf-8")
            page.write_text(text.replace("<head>", "<head>" + WATCH, 1).replace("</body>", LOOK + "</body>", 1),
                            encoding="utf-8")
            seen, faults = open_page(chromium, page, folder)
            print(f"{name}: {seen}; {faults or 'no faults'}")
            found += seen is None or bool(faults) or (name == "long" and seen != "4 plots")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
