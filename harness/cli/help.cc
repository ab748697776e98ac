// SPDX-License-Identifier: Apache-2.0
#include "cli/help.h"

namespace watertight::cli {

const std::string_view kHelp =
    R"(Examples:
  watertight check --stress 'tcp:127.0.0.1:{port}' --send 'hello\n' -- ./mydaemon --port {port}
  watertight init mydaemon.toml -- ./mydaemon --port {port}; watertight check mydaemon.toml

watertight launches a daemon, stresses its loop, and proves that it is watertight: nothing grows
with work, and SIGTERM ends it, clean, in time.

Commands (each has a --help):
  check      check one daemon
  baseline   the leaks that are known, so that a run fails on others only
  diff       what changed from one JSON report to the next
  doctor     what works on this machine, and how to enable the rest
  explain    what a check looks for, how and why, and the cure
  init       a scenario to begin with, from looking at a daemon
  judge      the verdict on a recorded series (CSV, or the JSON of an earlier run)
  verify-fix the leak is there before and gone after

Options:
  --help     this text
  --version  name and version

Exit code: 0 watertight, 1 not, 2 usage, 3 the daemon did not start or died, 4 inconclusive,
77 nothing to check, 124 deadline, 128+n ended by signal n.
)";

const std::string_view kCheckHelp =
    R"(Examples:
  watertight check --stress 'http://127.0.0.1:{port}/' -- ./mydaemon --port {port}
  watertight check --stress 'unix:{state}/s' --send 'PING\n' --expect PONG -- ./mydaemon {state}/s
  watertight check --window docker --tolerate rss=1B/op --html report.html scenario.toml

Usage: watertight check [OPTIONS] [SCENARIO.toml] [-- DAEMON ARG...]  (watertight(1) tells more)
  {port}, {port2}, ... are free loopback ports, {state} is a private folder. * may be repeated
Daemon
  --ready SPEC        tcp:HOST:PORT unix:PATH http:URL pidfile:PATH log:REGEX notify forked after:5s
  --ready-timeout DURATION  --env NAME=VALUE *  --cwd DIR  --user NAME  --fd-limit N  --name TEXT
  --setup COMMAND *  --teardown COMMAND *  shell commands before and after, in {state}
  --write COMMAND  --verify COMMAND  print what records it has acknowledged, and which it has kept
  --pid-file PATH     the PID file it keeps: turns the lock checks on
Stress
  --stress SPEC *     http://... tcp:HOST:PORT unix:PATH udp:HOST:PORT exec:COMMAND pipe:COMMAND
                      signal:HUP idle; several are cycled; the next five belong to the one before:
  --send TEXT *  --expect REGEX  a request (C escapes, nothing appended), and a good answer
  --manners LIST      of polite,early-close,reset,half-close,no-read,hold: how clients behave
  --keep-alive  --ops-per-run N  http: one connection; exec: operations that one run makes
  --concurrency N  --rate N  --warp FACTOR  clients, operations a second, speed of its clock
Verdict
  --window PROFILE|DURATION  SIGTERM to SIGKILL: tlpi (5s), sysvinit, docker, systemd, ...
  --ops N  --time DURATION  --extend  the budget, 60s, and up to 16 times as much where unsettled;
                      more than 262144 are all made: for leaks of one operation in 10000
  --tolerate RES=RATE *  --pool RES=SIZE *  leaks that are accepted, rss=1B/op; pools, fds=1000
  --alpha P  --rigorous  chance of any false alarm, 0.1%; only the test that is a theorem
  --only GLOB *  --skip GLOB *  choose checks: 'growth.*', shutdown.idle
  --quick  --thorough  rehearsals repeat less, or four times as much
  --known CHECK *  --baseline FILE  what is known does not fail it; `watertight baseline --help`
  --blame auto|off|agent|valgrind|sanitizer  who names the call sites of a leak
  --suppressions FILE *  call sites that are not named: Valgrind's .supp, or leak:PATTERN
  --strict  --fail-fast  --bisect  warnings fail; stop at the first; 125 where nothing can be said
  --list              run nothing: what would be checked, as JSON
Report
  --html FILE  --json FILE  --junit FILE  --sarif FILE  --tap FILE  --openmetrics FILE
  --folded FILE  ('-': stdout)  -q, --quiet  --color auto|always|never  --help

Exit code: 0 pass, 1 fail, 2 usage, 3 the daemon did not start or died, 4 inconclusive,
77 nothing to check, 124 deadline, 128+n ended by signal n.
)";

}  // namespace watertight::cli
