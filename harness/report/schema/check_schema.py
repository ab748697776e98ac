#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks real reports against the schema: check_schema.py SCHEMA PROGRAM.

PROGRAM FOLDER writes reports into a folder. Each must be valid, also against the schema closed to fields
that it does not name, so that no field is written that is not described; damaged ones must not be.
Exits with 77 where python3-jsonschema is not installed.
"""

import copy
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    print("skipped: needs the package python3-jsonschema")
    sys.exit(77)


def closed(schema):
    """The schema, with no field allowed that it does not name."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(value) for key, value in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        result.setdefault("additionalProperties", False)
    return result


def damage(report):
    """Copies of a failing report, each with one thing wrong."""
    def without(*path):
        bad = copy.deepcopy(report)
        parent = bad
        for key in path[:-1]:
            parent = parent[key]
        del parent[path[-1]]
        return bad

    def changed(value, *path):
        bad = copy.deepcopy(report)
        parent = bad
        for key in path[:-1]:
            parent = parent[key]
        parent[path[-1]] = value
        return bad

    yield without("verdict")
    yield without("checks", 0, "consequence_of")
    yield without("checks", 0, "rate", "unit")
    yield changed(2, "schema_version")
    yield changed("green", "checks", 0, "verdict")
    yield changed("12", "stress", "operations")
    yield changed(2, "exit_code")
    yield changed(["twelve"], "series", "fds")
    yield changed(0, "surprise")


def main(schema_path, program):
    schema = json.loads(pathlib.Path(schema_path).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    lenient = jsonschema.Draft202012Validator(schema)
    strict = jsonschema.Draft202012Validator(closed(schema))
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, folder], check=True)
        reports = {path.stem: json.loads(path.read_text(encoding="utf-8"))
                   for path in sorted(pathlib.Path(folder).glob("*.json"))}
    faults = [f"{name}: {error.json_path}: {error.message}"
              for name, report in reports.items()
              for validator in (lenient, strict) for error in validator.iter_errors(report)]
    missing = {"leaking", "clean", "unstartable", "interrupted", "hostile", "empty"} - set(reports)
    faults += [f"{name}: was not written" for name in sorted(missing)]
    if not missing:
        faults += [f"damaged report {i} is taken for a good one"
                   for i, bad in enumerate(damage(reports["leaking"])) if strict.is_valid(bad)]
    print(f"{len(reports)} reports, {len(faults)} faults", *faults, sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
