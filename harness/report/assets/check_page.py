#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Opens HTML reports in a browser and uses them as people do: check_page.py PROGRAM.

PROGRAM FOLDER writes reports into a folder, PROGRAM FOLDER large a large one. A plot must be drawn when it is seen and
not before, with the floors that the judge saw; keys and the mouse must zoom into all of them; the keyboard alone must
reach whatever can be used, and show where it is; who hears the page must hear headings in their order, tables with heads
and what each plot shows; no script may fail, and no text of a daemon's may act. Exits with 77 where there is no Chromium.
"""

import contextlib
import pathlib
import subprocess
import sys
import tempfile

from browser import Browser, find_chromium

faults = []


def expect(is_so, complaint):
    if not is_so:
        faults.append(complaint)


@contextlib.contextmanager
def opened(browser, path, **how):
    """A page that is looked at in the block; no script of it may fail, none may be the daemon's."""
    before = len(faults)
    page = browser.open(path, **how)
    page.settle()
    yield page
    faults.extend(page.faults())
    expect(page.run("document.title") != "owned", "the daemon wrote the page")
    page.close()
    faults[before:] = [f"{path.stem}: {fault}" for fault in faults[before:]]


# Plots that are drawn, and those that are in the window.
MADE = "[...document.querySelectorAll('[data-plot]')].filter((it) => it.querySelector('canvas')).length"
SEEN = """[...document.querySelectorAll('[data-plot]')].filter((it) => {
  const { top, bottom } = it.getBoundingClientRect();
  return top < innerHeight && bottom > 0;
}).every((it) => it.querySelector('canvas'))"""
SHOWN = "[...document.querySelectorAll('[data-plot]')].map((it) => it.dataset.shown)"


def until(page, claim):
    """Whether the claim, in JavaScript, comes true within ten seconds."""
    return page.run(f"""new Promise((done) => {{
      const start = performance.now();
      const look = () => ({claim}) ? done(true) : performance.now() - start > 10000 ? done(false)
        : requestAnimationFrame(look);
      look();
    }})""")


def check_laziness(browser, path):
    """What stands below is drawn when it is scrolled to, in the view of the others, or printed."""
    with opened(browser, path, height=600) as page:
        plots = page.run("document.querySelectorAll('[data-plot]').length")
        expect(plots == 13, f"there are {plots} plots")
        expect(until(page, SEEN), "a plot that is seen is not drawn")
        made = page.run(MADE)
        expect(made < plots / 2, f"{made} of {plots} plots are drawn before they are seen")
        page.run("document.querySelector('[data-plot]').focus()")
        page.key("+")
        view = page.run(SHOWN)[0]
        page.run("[...document.querySelectorAll('[data-plot]')].at(-1).scrollIntoView()")
        expect(until(page, SEEN), "a plot that is scrolled to is not drawn")
        expect(until(page, f"{SHOWN}.at(-1) === '{view}'"), "a plot that is drawn later shows another stretch")
    with opened(browser, path, height=600) as page:
        page.call("Page.printToPDF")
        expect(page.run(MADE) == plots, "not all plots are printed")


def check_zoom(browser, path):
    with opened(browser, path) as page:
        page.run("document.querySelector('[data-plot]').focus()")
        expect(until(page, f"{SEEN} && {SHOWN}[0]"), "a plot is not drawn")
        whole = page.run(SHOWN)

        def changes(complaint, differs, act):
            act()
            sign = "!==" if differs else "==="
            expect(until(page, f"{SHOWN}[0] {sign} '{whole[0]}'"), complaint)
        left, top, width, height = page.run("""(() => {
          const { left, top, width, height } = document.querySelector('.u-over').getBoundingClientRect();
          return [left, top, width, height];
        })()""")
        middle = top + height / 2
        changes("+ does not zoom", True, lambda: page.key("+"))
        changes("0 does not show all", False, lambda: page.key("0"))
        changes("a drag does not zoom", True, lambda: page.drag(left + width / 4, left + width * 3 / 4, middle))
        changes("a double click does not show all", False, lambda: page.click(left + width / 2, middle, times=2))


# What the keyboard is at: which of all that can be used, and whether that can be seen.
WHERE = """(() => {
  const at = document.activeElement;
  const usable = [...document.querySelectorAll('a[href], button, summary, [tabindex]')];
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  return [usable.indexOf(at), usable.length, outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2, at.outerHTML];
})()"""


def check_keyboard(browser, path):
    with opened(browser, path) as page:
        usable = page.run(WHERE)[1]
        reached = []
        for _ in range(usable):
            page.key("Tab")
            index, _, is_visible, text = page.run(WHERE)
            reached.append(index)
            expect(is_visible, f"it cannot be seen that the keyboard is at {text[:80]}")
        expect(reached == list(range(usable)), f"Tab reaches {reached} of {usable}")
        page.run("document.querySelector('summary').focus()")
        page.key("Enter")
        expect(page.run("document.querySelector('summary').parentElement.open"), "Enter does not open what is folded")


def check_what_is_heard(browser, path):
    """The tree that Chromium gives to screen readers."""
    with opened(browser, path) as page:
        expect(until(page, SEEN), "a plot is not drawn")
        nodes = [node for node in page.call("Accessibility.getFullAXTree")["nodes"] if not node["ignored"]]

        def named(role):
            return [node["name"]["value"] for node in nodes if node["role"]["value"] == role]
        levels = [each["value"]["value"] for node in nodes if node["role"]["value"] == "heading"
                  for each in node["properties"] if each["name"] == "level"]
        expect(levels[:1] == [1] and levels.count(1) == 1, f"the first heading is no title: {levels}")
        expect(all(b - a <= 1 for a, b in zip(levels, levels[1:])), f"a level of headings is left out: {levels}")
        expect({"banner", "main", "contentinfo"} <= {node["role"]["value"] for node in nodes}, "a landmark is missing")
        expect(named("table") == ["Who is to blame"], f"these are the tables: {named('table')}")
        expect(named("columnheader") == ["share", "count", "what", "where"], "a table has no heads")
        plots = [name for name in named("group") if name.startswith("Plot of ")]
        expect(len(plots) == 4 and all("after" in name for name in plots), f"plots are said to be {plots}")


def check_narrow(browser, path):
    """Nothing stands out of a telephone's screen, and what is heard is the same there."""
    with opened(browser, path, width=360, height=740) as page:
        expect(page.run("document.documentElement.scrollWidth") <= 360, "the page is wider than 360 pixels")
        cells = [node for node in page.call("Accessibility.getFullAXTree")["nodes"] if node["role"]["value"] == "cell"]
        expect(cells, "a narrow table is none to a screen reader")


def main(program):
    chromium = find_chromium()
    if not chromium:
        print("skipped: needs the package chromium")
        return 77
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([program, folder], check=True)
        subprocess.run([program, folder, "large"], check=True)
        with Browser(chromium, folder / "profile") as browser:
            check_laziness(browser, folder / "large.html")
            check_zoom(browser, folder / "long.html")
            check_zoom(browser, folder / "hostile.html")
            check_keyboard(browser, folder / "long.html")
            check_what_is_heard(browser, folder / "long.html")
            for page in ("long", "leaking", "hostile"):
                check_narrow(browser, folder / f"{page}.html")
    print("\n".join(faults) or "no faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
