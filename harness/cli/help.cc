// SPDX-License-Identifier: Apache-2.0
#include "cli/help.h"

namespace watertight::cli {

const std::string_view kHelp =
    R"(watertight launches a daemon, stresses its loop, and proves that it is watertight: nothing
grows with work, and SIGTERM ends it, clean, in time.

  watertight check --stress 'tcp:127.0.0.1:{port}' --send 'hello\n' -- ./mydaemon --port {port}
  watertight check scenario.toml

Commands:
  check      check one daemon (`watertight check --help` has the options)
  baseline   the leaks that are known, so that a run fails on others only
  diff       what changed from one JSON report to the next
  explain    what a check looks for, how and why, and the cure
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

Usage: watertight check [OPTIONS] [SCENARIO.toml] [-- DAEMON ARG...]
  {port}, {port2}, ... are free loopback ports, {state} is a private folder. The command line
  overrides the scenario file. Durations: 250ms, 5s, 2m. Counts: 4096, 64k, 1M. * repeatable

Daemon
  --ready SPEC          tcp:HOST:PORT unix:PATH http:URL pidfile:PATH log:REGEX notify forked
                        after:DURATION; default: found by itself   --ready-timeout DURATION  10s
  --env NAME=VALUE *    --cwd DIR   --user NAME   --fd-limit N (soft RLIMIT_NOFILE)
  --setup COMMAND *     --teardown COMMAND *  (shell commands, in {state})   --name TEXT
  --pid-file PATH       the PID file it keeps: turns the lock checks on
Stress
  --stress SPEC *       http://... tcp:HOST:PORT unix:PATH udp:HOST:PORT exec:COMMAND pipe:COMMAND
                        signal:HUP idle; several are cycled. The next five belong to the --stress
                        before them:
  --send TEXT *         request for tcp, unix, udp; C escapes are decoded, nothing is appended
  --expect REGEX        what a good answer matches
  --manners LIST        of polite,early-close,reset,half-close,no-read,hold: how clients behave
  --keep-alive          http: many requests on one connection
  --ops-per-run N       exec: operations that one run of the command makes
  --concurrency N       clients at a time  4      --rate N  operations a second at most
  --warp FACTOR         the daemon's clock and waits run up to 1000 times as fast (libfaketime): for
                        loops driven by time, with --stress idle
Verdict
  --window PROFILE|DURATION   SIGTERM to SIGKILL: tlpi (5s), sysvinit, docker, systemd, ...
  --ops N  --time DURATION    the budget, 60s; it ends earlier when every verdict is in
  --tolerate RES=RATE *       a leak that is accepted: fds=0, rss=1B/op, fds=1/1000op
  --pool RES=SIZE *           a bounded pool: growth within it is no leak: rss=64MiB, fds=1000
  --alpha P  --rigorous       chance of any false alarm, 0.1%; only the test that is a theorem
  --extend                    up to 16 times the budget for what is not settled
  --only GLOB *  --skip GLOB *    choose checks: 'growth.*', shutdown.idle   --quick  fewer trials
  --known CHECK *             expected to fail; the run fails if it does not
  --baseline FILE             leaks that are known (`watertight baseline --help`) do not fail it
  --blame auto|off|agent|valgrind|sanitizer   who names the call sites of a leak; auto: an agent
                        that is preloaded, and counts live heap; off: the daemon runs bare
  --suppressions FILE *       call sites that are not named: Valgrind's .supp, or leak:PATTERN
  --strict  --fail-fast       warnings fail and blind spots count; stop at the first suspicion
  --bisect                    exit with 125 where nothing can be said (git bisect run)
Report
  --html FILE  --json FILE  --junit FILE  --sarif FILE  --tap FILE  --openmetrics FILE
  --folded FILE (stacks for flame graphs)  ('-': stdout)  -q, --quiet  --color auto|always|never
  --help

Exit code: 0 pass, 1 fail, 2 usage, 3 the daemon did not start or died, 4 inconclusive,
77 nothing to check, 124 deadline, 128+n ended by signal n.
)";

}  // namespace watertight::cli
