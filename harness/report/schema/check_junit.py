#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks real JUnit reports against the schema: check_junit.py SCHEMA PROGRAM.

PROGRAM FOLDER writes reports into a folder. Each must be valid, and damaged ones must not be.
Exits with 77 where xmllint (libxml2-utils) is not installed.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

DAMAGES = [("<failure type=", "<passed type="), ('tests="', 'tests="x'), ("timestamp=", "stamp="),
           (" name=\"growth.fds\"", ""), ("</testsuite>", "<extra/></testsuite>"), ("<testcase", "<testcase a=\"\x1b\"")]


def fault_of(schema, text):
    """What is wrong with a report; empty where it is valid."""
    done = subprocess.run(["xmllint", "--noout", "--nonet", "--schema", schema, "-"], input=text.encode(),
                          capture_output=True, check=False)
    return "" if done.returncode == 0 else done.stderr.decode(errors="replace").strip()


def main(schema, program):
    if not shutil.which("xmllint"):
        print("skipped: needs the package libxml2-utils")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, folder], check=True)
        reports = {path.stem: path.read_text(encoding="utf-8")
                   for path in sorted(pathlib.Path(folder).glob("*.xml"))}
    faults = [f"{name}: {fault}" for name, text in reports.items() if (fault := fault_of(schema, text))]
    missing = {"leaking", "clean", "unstartable", "interrupted", "hostile", "empty"} - set(reports)
    faults += [f"{name}: was not written" for name in sorted(missing)]
    for before, after in [] if missing else DAMAGES:
        damaged = reports["leaking"].replace(before, after, 1)
        if damaged == reports["leaking"] or not fault_of(schema, damaged):
            faults.append(f"with {after!r} for {before!r} a report is taken for a good one")
    print(f"{len(reports)} reports, {len(faults)} faults", *faults, sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
