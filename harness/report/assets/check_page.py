#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Opens HTML reports in a browser: check_page.py PROGRAM.

PROGRAM FOLDER writes reports into a folder. In each every plot must be drawn, a key must zoom into it, no script may
fail, and no text of a daemon's may act. Exits with 77 where there is no Chromium.
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
    drawings[0]?.dispatchEvent(new KeyboardEvent("keydown", { key: "+" }));
    setTimeout(() => {
      const after = drawn();
      if (before.includes(undefined)) faults.push("a plot is missing");
      if (drawings.length && after[0] === before[0]) faults.push("+ does not zoom");
      if (document.title === "owned") faults.push("the daemon wrote the page");
      document.documentElement.dataset.seen = `${drawings.length} plots`;
      document.documentElement.dataset.faults = faults.join("; ");
    }, 200);
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
