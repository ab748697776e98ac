#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks scenario files against the schema: check_schema.py SCHEMA FOLDER.

Every *.toml below FOLDER, build folders apart, must be valid, and so must the file that holds every key, which is
written here; what the parser refuses for its key or type must not be. Exits with 77 where a package is missing.
"""

import copy
import json
import os
import pathlib
import sys

try:
    import jsonschema
    import tomllib
except ImportError as error:
    print(f"skipped: needs the package python3-jsonschema, and Python 3.11: {error}")
    sys.exit(77)

EVERY_KEY = """
extends = "common.toml"
name = "web"
command = ["./server", "--workers", "{workers}"]
working_directory = "{state}"
user = "nobody"
descriptor_limit = "1k"
pid_file = "{state}/d.pid"
setup = "true"
teardown = ["true"]
write = "store"
verify = "list"
ready = "tcp:127.0.0.1:{port}"
ready_timeout = "3s"
concurrency = "{workers}"
rate = 250.5
warp = 60
window = "docker"
ops = "64k"
time = 30
tolerate = ["fds=0"]
pool = "rss=64MiB"
alpha = "0.1%"
rigorous = false
extend = true
only = ["growth.*"]
skip = "growth.rss"
known = ["growth.fds"]
baseline = "known.json"
suppressions = ["server.supp"]
blame = "off"
quick = true
thorough = false
strict = true
fail_fast = true
bisect = false
environment = { LANG = "C" }
file = [{ path = "{state}/d.conf", text = "", configuration = true }]
matrix = { workers = [1, "4"] }
[report]
html = "r.html"
json = "-"
junit = "r.xml"
sarif = "r.sarif"
tap = "r.tap"
openmetrics = "r.prom"
folded = "r.folded"
quiet = true
color = "never"
[[stress]]
spec = "tcp:127.0.0.1:{port}"
send = ["PING"]
expect = "PONG"
manners = ["polite", "reset"]
keep_alive = false
ops_per_run = 1
"""

MISTAKES = {
    "unknown key": "strees = 'idle'",
    "unknown key of a stress": "[[stress]]\nspec = 'idle'\nsedn = 'x'",
    "stress without a spec": "[[stress]]\nsend = 'x'",
    "spec of no kind": "stress = 'tpc:127.0.0.1:1'",
    "unknown manner": "[[stress]]\nspec = 'tcp:h:1'\nmanners = ['rude']",
    "unknown key of a file": "[[file]]\npath = 'a'\ntext = 'b'\nmode = 1",
    "file without a text": "[[file]]\npath = 'a'",
    "unknown format": "[report]\nhmtl = 'r.html'",
    "empty report": "[report]\njson = ''",
    "parameter that has a meaning": "[matrix]\nport2 = [1]",
    "parameter without values": "[matrix]\nworkers = []",
    "parameter with a value twice": "[matrix]\nworkers = [1, 1]",
    "parameter that is no word": "[matrix]\n'a b' = [1]",
    "command as one string": "command = './d --port 1'",
    "number among the arguments": "command = ['d', 80]",
    "flag as a string": "strict = 'yes'",
    "extends as a flag": "extends = true",
    "extend as a file": "extend = 'base.toml'",
    "nobody to blame with": "blame = 'me'",
    "number in the environment": "environment = { PORT = 80 }",
    "warp of 1": "warp = 1",
    "alpha of 0": "alpha = 0",
    "unknown readiness": "ready = 'soon'",
    "date as a duration": "time = 1979-05-27",
}


def named_keys(schema):
    """`command`, `stress.spec`, `report.html`, …"""
    for key, value in schema["properties"].items():
        yield key
        within = value.get("items", value)
        for inner in within.get("properties", {}):
            yield f"{key}.{inner}"
    for inner in schema["$defs"]["stress"]["properties"]:
        yield f"stress.{inner}"


def scenarios_below(top):
    for folder, names, files in os.walk(top):
        names[:] = [name for name in names if name != "build" and not name.startswith(".")]
        yield from (pathlib.Path(folder) / file for file in files if file.endswith(".toml"))


def main(schema_path, folder):
    schema = json.loads(pathlib.Path(schema_path).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    top = pathlib.Path(folder)
    texts = {str(path.relative_to(top)): path.read_text(encoding="utf-8") for path in sorted(scenarios_below(top))}
    texts["every key"] = EVERY_KEY
    faults = [f"{name}: {error.json_path}: {error.message}"
              for name, text in texts.items() for error in validator.iter_errors(tomllib.loads(text))]
    faults += [f"{name}: taken for a good one" for name, text in MISTAKES.items()
               if validator.is_valid(tomllib.loads(text))]
    every = tomllib.loads(EVERY_KEY)
    for key in named_keys(schema):
        inner = copy.deepcopy(every)
        for part in key.split("."):
            inner = inner[0] if isinstance(inner, list) else inner
            if part not in inner:
                faults.append(f"{key}: the file that holds every key has it not")
                break
            inner = inner[part]
    print(f"{len(texts)} scenarios, {len(MISTAKES)} mistakes, {len(faults)} faults", *faults, sep="\n")
    return 1 if faults or len(texts) < 2 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
