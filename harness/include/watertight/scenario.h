// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace watertight {

using Duration = std::chrono::nanoseconds;

/// When a daemon counts as started. Strings may hold placeholders (`{port}`, `{state}`).
struct Ready {
  enum class Kind {
    kAuto,  ///< A listening socket of the daemon (the one the stress talks to, where known), else
            ///< quiet.
    kTcp,   ///< `target` = HOST:PORT accepts a connection.
    kUnix,  ///< `target` = PATH accepts a connection.
    kHttp,  ///< `target` = URL answers with a status below 500.
    kPidFile,  ///< `target` = PATH holds the pid of a live process of the daemon.
    kLog,      ///< `target` = ECMAScript regular expression found in the daemon's output.
    kNotify,   ///< READY=1 arrives on $NOTIFY_SOCKET (sd_notify(3)).
    kForked,   ///< The launched process exits with 0 and leaves the daemon behind (daemon(7)).
    kAfter,    ///< `delay` has passed.
  };
  Kind kind = Kind::kAuto;
  std::string target;
  Duration delay{};                             ///< kAfter only.
  Duration timeout = std::chrono::seconds(10);  ///< Not ready by then: the launch failed.
};

/// How a client of the stress behaves; a rude one finds leaks that a polite one never sees.
enum class Manner {
  kPolite,      ///< Sends, reads the answer, closes.
  kEarlyClose,  ///< Sends and closes without reading.
  kReset,       ///< Sends and resets the connection (SO_LINGER 0).
  kHalfClose,   ///< Sends, shuts its writing half, reads to the end.
  kNoRead,      ///< Sends, reads nothing, closes at the end of the round.
  kHold,        ///< Holds its connection over samples; a fixed number is held at a time.
};

/// What a callable operation is told about the running daemon.
struct Instance {
  std::filesystem::path state;       ///< `{state}`: the private folder of the run.
  std::vector<std::uint16_t> ports;  ///< `{port}`, `{port2}`, …
  pid_t pid = 0;                     ///< Main process of the daemon.
};

/// One kind of work; several are cycled. Strings may hold placeholders.
struct Stress {
  enum class Kind { kTcp, kUnix, kUdp, kHttp, kExec, kPipe, kSignal, kIdle, kCallable };
  Kind kind = Kind::kIdle;
  std::string target;  ///< HOST:PORT, PATH, URL, COMMAND, or signal name (`HUP`), by kind.
  std::vector<std::string> send;  ///< tcp, unix, udp: raw bytes of a request; several are cycled.
  /// tcp, unix, udp: ECMAScript regex that a good answer matches; empty = any.
  std::string expect;
  std::vector<Manner> manners{Manner::kPolite};  ///< tcp, unix: cycled.
  bool keep_alive = false;                       ///< http: one connection for many requests.
  std::uint64_t operations_per_run = 1;  ///< exec: operations that one run of the command makes.
  /// kCallable: makes one operation, returns whether it worked. Called on one thread at a time.
  std::function<bool(const Instance&)> callable;
};

/// How much a run may spend. The run stops earlier when every verdict is in.
struct Budget {
  static constexpr std::uint64_t kUsualOperations = 262'144;
  static constexpr Duration kUsualTime = std::chrono::seconds(60);

  /// Default: what fits the time, at most the usual ones. Who asks for more looks for what is rare:
  /// no pass ends the run before they are made.
  std::optional<std::uint64_t> operations;
  /// Default: the usual one, in proportion longer for more than the usual operations.
  std::optional<Duration> time;

  bool is_long() const { return operations.value_or(0) > kUsualOperations; }
  Duration whole_time() const {
    const double share = is_long() ? static_cast<double>(*operations) / kUsualOperations : 1;
    return time.value_or(std::chrono::duration_cast<Duration>(share * kUsualTime));
  }
};

/// The time between SIGTERM and SIGKILL.
struct Window {
  std::string profile = "tlpi";  ///< Name of the stop profile, or empty for a plain duration.
  Duration length = std::chrono::seconds(5);
};

/// A rate that the user accepts: a significant leak below it is excused.
struct Tolerance {
  std::string resource;      ///< Check id without `growth.`: `fds`, `rss`, …
  double per_operation = 0;  ///< Bytes for memory, items for counts.
};

/// A bounded pool that fills on demand: growth within its size is no leak.
struct Pool {
  std::string resource;  ///< Check id without `growth.`: `rss`, `fds`, …
  double size = 0;       ///< Bytes for memory, items for counts.
};

/// Who is asked which call sites are to blame, once something has grown. What grew is told by
/// everyone.
enum class BlameMode {
  kAuto,       ///< The agent, else the sanitizer, whichever can look at this daemon.
  kOff,        ///< Nobody; the daemon runs bare, and growth.heap is not applicable.
  kAgent,      ///< The agent, preloaded in the growth run, counts what each call site holds.
  kSanitizer,  ///< A second run of the same operations; reads what the sanitizer that the daemon
               ///< was built with says at its end.
  kValgrind,   ///< A second run of the same operations under Valgrind's memcheck.
};

/// A file that is written before the launch; both strings may hold placeholders.
struct FileTemplate {
  std::string path;
  std::string text;
  /// What the daemon reads again at SIGHUP. Where no file says so, it is the only one that the
  /// command names.
  bool is_configuration = false;
};

/// Everything a run needs to know. Default values are the defaults of the command line.
struct Scenario {
  std::string name;                  ///< For people; default: base name of the program.
  std::vector<std::string> command;  ///< Argument vector of the daemon, never re-parsed.
  std::map<std::string, std::string> environment;  ///< Added to the harness's own.
  std::string working_directory;                   ///< Empty: the harness's own.
  std::string user;  ///< Run daemon, setup and teardown as this user where the harness is root;
                     ///< else ignored.
  std::optional<std::uint64_t> descriptor_limit;  ///< Soft RLIMIT_NOFILE of the daemon.
  Ready ready;
  std::vector<Stress> stress;  ///< Empty: idle.
  /// Times as fast as ours that the daemon's clock and waits run during the growth run (2 to 1 000,
  /// libfaketime). Rates are then told in the daemon's own time; an idle operation is a millisecond
  /// of it. Rehearsals run without.
  std::optional<double> warp;
  unsigned concurrency = 4;  ///< Operations in flight at a time (tcp, unix, udp, http).
  std::optional<double> operations_per_second;  ///< Pace; default 80 % of what calibration finds.
  std::string pid_file;
  Window window;
  Budget budget;
  std::vector<Tolerance> tolerate;
  std::vector<Pool> pools;
  double alpha = 0.001;      ///< Chance of any false alarm in the whole growth run.
  bool is_rigorous = false;  ///< Only the test whose error bound is a theorem.
  bool extends = false;      ///< What the budget does not settle gets up to 16 times as much of it.
  std::vector<std::string> only;  ///< Globs of check ids; empty = all.
  std::vector<std::string> skip;
  std::vector<std::string> known;  ///< Checks expected to fail; the run fails where one does not.
  /// File of leaks that are known and accepted (`watertight baseline`); empty for none.
  std::string baseline;
  std::vector<FileTemplate> files;
  std::vector<std::string> setup;     ///< Shell commands before the launch, in `{state}`.
  std::vector<std::string> teardown;  ///< Shell commands after the end, in `{state}`.
  /// Shell command, in `{state}`, that stores numbered records, and prints the number of each on a
  /// line of its own once the daemon has acknowledged it, until the daemon ends. With `verify`: are
  /// acknowledged records kept?
  std::string write;
  /// Shell command, in `{state}`, that prints the number of each record that the daemon has, a line
  /// each; an exit status other than 0: the store is broken.
  std::string verify;
  BlameMode blame = BlameMode::kAuto;
  /// Files of call sites that are excused, as Valgrind (.supp) or LeakSanitizer reads them: they
  /// are not named.
  std::vector<std::string> suppressions;
  bool is_quick = false;     ///< Rehearsals repeat less: seconds instead of tens.
  bool is_thorough = false;  ///< Rehearsals repeat four times as much: minutes. Not with is_quick.
  bool is_strict = false;    ///< Warnings fail, blind spots are inconclusive.
  bool fails_fast = false;   ///< Stop at the first suspicion.
};

}  // namespace watertight
