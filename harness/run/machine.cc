// SPDX-License-Identifier: Apache-2.0
#include "run/machine.h"

#include "launch/site.h"
#include "launch/time_warp.h"
#include "posix/file.h"
#include "posix/limit.h"
#include "probe/agent_area.h"
#include "proc/files.h"
#include "proc/sockets.h"
#include "proc/text.h"
#include "report/quantity.h"
#include "run/instruments.h"
#include "trace/tracer.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <filesystem>
#include <optional>

namespace watertight::run {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using Weight = Ability::Weight;

constexpr auto kPatience = 10s;
constexpr std::uint64_t kDescriptorsWanted = 4096;
constexpr std::uintmax_t kRoomWanted = 64 << 20;

Ability there(std::string_view name, Weight weight, std::string found) {
  return {name, weight, true, std::move(found), ""};
}

Ability missing(std::string_view name, Weight weight, std::string found, std::string remedy) {
  return {name, weight, false, std::move(found), std::move(remedy)};
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

/// A process like any daemon, started as one is, and a place to run commands beside it.
class Trial {
 public:
  explicit Trial(const std::function<int()>& interrupted) {
    Scenario scenario;
    scenario.command = {"/bin/sleep", "1000"};
    scenario.ready.kind = Ready::Kind::kAfter;
    scenario.ready.delay = 1ms;
    why_no_agent_ = why_no_agent(scenario);
    auto prepared = launch::Site::prepare(scenario, interrupted);
    if (const auto* const failure = std::get_if<launch::LaunchFailure>(&prepared)) {
      why_not_ = failure->message;
      return;
    }
    site_.emplace(std::move(std::get<launch::Site>(prepared)));
    launch::Site::Start how;
    if (why_no_agent_.empty()) {
      how.agent_area = site_->folder().root() / "agent";
      area_.emplace(how.agent_area);
    }
    auto launched = site_->start(how);
    if (const auto* const failure = std::get_if<launch::LaunchFailure>(&launched)) {
      why_not_ = failure->message;
    } else {
      daemon_.emplace(std::move(std::get<launch::Daemon>(launched)));
    }
  }

  /// Why there is no daemon; empty where there is one.
  const std::string& why_not() const { return why_not_; }
  launch::Daemon& daemon() { return *daemon_; }

  /// Empty where the agent counts in it; else why not.
  std::string why_not_counted() const {
    if (!why_no_agent_.empty()) return why_no_agent_;
    const posix::Deadline deadline(kPatience);
    while (!area_->is_counting(daemon_->main().pid())) {
      if (deadline.has_passed()) return "a program that it was preloaded into does not count";
      posix::pause_for(5ms);
    }
    return "";
  }

  /// What a command printed where it ended with success; else empty.
  std::optional<std::string> output_of(std::vector<std::string> arguments) {
    const fs::path output = site_->folder().root() / "tried";
    posix::write_file(output, "");
    launch::Guard& guard = daemon_->workbench();
    const auto started = guard.spawn({.arguments = std::move(arguments),
                                      .environment = posix::current_environment(),
                                      .working_directory = "",
                                      .user = "",
                                      .descriptor_limit = {},
                                      .output = output,
                                      .descriptors = {}});
    const auto* const process = std::get_if<posix::ProcessHandle>(&started);
    if (process == nullptr) return std::nullopt;
    const auto status = guard.wait_for_exit(process->pid(), posix::Deadline(kPatience));
    if (!status || !status->is_success()) return std::nullopt;
    return posix::read_file(output);
  }

 private:
  std::string why_no_agent_, why_not_;
  std::optional<launch::Site> site_;
  std::optional<probe::AgentArea> area_;
  std::optional<launch::Daemon> daemon_;
};

Ability containment(Trial& trial) {
  if (trial.daemon().containment() == "cgroup")
    return there("cgroup", Weight::kFaster, "a cgroup of its own ends all that a daemon starts");
  return missing("cgroup", Weight::kFaster,
                 "no cgroup v2 is writable: what a daemon starts is followed by its parents",
                 "run it as root, or under `systemd-run --user --scope -p Delegate=yes`");
}

Ability agent(Trial& trial) {
  const std::string why_not = trial.why_not_counted();
  if (why_not.empty())
    return there("agent", Weight::kMore, "counts in a preloaded program: growth.heap, call sites");
  return missing("agent", Weight::kMore, why_not,
                 "build the target `program`, or install it beside the command");
}

Ability ptrace(Trial& trial) {
  const pid_t pid = trial.daemon().main().pid();
  std::optional<trace::Refusal> refusal = trace::why_not(pid);
  trace::Tracer tracer;
  if (!refusal) refusal = tracer.seize(pid);
  if (!refusal && tracer.halt(posix::Deadline(kPatience)))
    return there("ptrace", Weight::kMore, "a daemon that we started was held, and let go");
  return missing("ptrace", Weight::kMore,
                 refusal ? refusal->reason : "a process that was to be held did not stop",
                 "set /proc/sys/kernel/yama/ptrace_scope to 1 or 0; in a container add "
                 "--cap-add=SYS_PTRACE");
}

Ability root(Trial& trial) {
  if (trial.output_of({"unshare", "--mount", "true"}))
    return there("root", Weight::kMore, "may make namespaces");
  if (trial.output_of({"unshare", "--user", "--map-root-user", "--mount", "true"}))
    return there("root", Weight::kMore, "may make namespaces, as a user of its own");
  return missing("root", Weight::kMore, "may not make namespaces (unshare(1))",
                 "run it as root, or allow user namespaces: sysctl user.max_user_namespaces, "
                 "kernel.unprivileged_userns_clone; in a container a seccomp profile may forbid "
                 "them");
}

Ability valgrind(Trial& trial) {
  const auto version = trial.output_of({"valgrind", "--version"});
  if (!version)
    return missing("valgrind", Weight::kMore, "`valgrind --version` does not run",
                   "apt install valgrind libc6-dbg; --blame valgrind needs it");
  return there("valgrind", Weight::kMore, first_line(*version) + ", for --blame valgrind");
}

Ability sanitizer(Trial& trial) {
  const auto path = trial.output_of({"cc", "-print-file-name=libasan.so"});
  if (path && path->starts_with("/"))
    return there("sanitizer", Weight::kMore,
                 first_line(*path) +
                     ", for daemons built with -fsanitize=address, and to be preloaded into "
                     "others (--blame sanitizer)");
  return missing(
      "sanitizer", Weight::kMore,
      "`cc` has no AddressSanitizer; a daemon that was built with another's is checked all "
      "the same",
      "apt install g++");
}

Ability symbolizer(Trial& trial) {
  for (const char* const name : {"llvm-symbolizer", "llvm-symbolizer-19", "llvm-symbolizer-16",
                                 "llvm-symbolizer-14", "addr2line"})
    if (trial.output_of({name, "--version"}))
      return there("symbolizer", Weight::kMore,
                   fmt::format("{} names functions in reports of clang's sanitizers", name));
  return missing("symbolizer", Weight::kMore,
                 "neither llvm-symbolizer nor addr2line: reports of clang's sanitizers have bare "
                 "addresses",
                 "apt install llvm or binutils; those of g++ and of the agent need neither");
}

Ability warp() {
  try {
    return there("warp", Weight::kMore, launch::find_time_warp().string() + ", for --warp");
  } catch (const HarnessError& error) {
    return missing("warp", Weight::kMore, error.what(), "apt install faketime");
  }
}

Ability debug_symbols() {
  constexpr const char* kFolder = "/usr/lib/debug/.build-id";
  std::error_code ignored;
  if (fs::is_directory(kFolder, ignored))
    return there(
        "debug symbols", Weight::kMore,
        fmt::format("of installed packages, in {}; libdw reads them, and a daemon's own", kFolder));
  return missing("debug symbols", Weight::kMore,
                 "of a daemon's own (-g), read by libdw; none of installed packages",
                 "apt install libc6-dbg and NAME-dbgsym, or build the daemon with -g");
}

Ability descriptor_counts() {
  if (proc::has_fd_count_in_stat())
    return there("fd counts", Weight::kFaster, "one system call a process (Linux 6.2)");
  return missing("fd counts", Weight::kFaster,
                 "by listing /proc/PID/fd, 2 ms for 1 000 descriptors", "Linux 6.2 or newer");
}

Ability children_file() {
  std::error_code ignored;
  if (fs::exists("/proc/thread-self/children", ignored))
    return there("children", Weight::kFaster, "found by /proc/PID/task/TID/children");
  return missing("children", Weight::kFaster, "found by a scan of all of /proc",
                 "a kernel with CONFIG_PROC_CHILDREN");
}

Ability descriptors() {
  const auto limit = posix::limit_of(posix::own_pid(), posix::Resource::kDescriptors);
  const std::uint64_t hard = limit ? limit->hard : 0;
  const std::string found =
      fmt::format("RLIMIT_NOFILE {}, at most {}", limit ? limit->soft : 0, hard);
  if (hard >= kDescriptorsWanted) return there("descriptors", Weight::kMore, found);
  return missing(
      "descriptors", Weight::kMore, found,
      fmt::format("ulimit -Hn {}: a leak should not end the load first", kDescriptorsWanted));
}

Ability core_files() {
  const auto limit = posix::limit_of(posix::own_pid(), posix::Resource::kCoreSize);
  if (limit && limit->soft > 0)
    return there("core files", Weight::kMore, "a daemon that crashes may leave one (ulimit -c)");
  return missing("core files", Weight::kMore, "a daemon that crashes leaves none (ulimit -c 0)",
                 "ulimit -c unlimited, for a look at what crashed");
}

/// A folder that runs write to.
Ability room(std::string_view name, Weight weight, const fs::path& folder, std::string_view what) {
  std::error_code error;
  const fs::space_info space = fs::space(folder, error);
  const std::string free =
      error ? error.message() : report::format_bytes(static_cast<double>(space.available));
  try {
    const fs::path file = folder / fmt::format("watertight.doctor.{}", posix::own_pid());
    posix::write_file(file, "x", 0600);
    fs::remove(file);
  } catch (const HarnessError& failure) {
    return missing(name, weight, failure.what(), fmt::format("make {} writable", folder.string()));
  }
  const std::string found = fmt::format("{}: {} free, for {}", folder.string(), free, what);
  if (error || space.available >= kRoomWanted) return there(name, weight, found);
  return missing(name, weight, found, fmt::format("make room in {}", folder.string()));
}

Ability kernel() {
  const std::string release =
      first_line(posix::read_file("/proc/sys/kernel/osrelease").value_or("unknown"));
  return there("kernel", Weight::kEssential, "Linux " + release);
}

Ability sockets() {
  try {
    (void)proc::listeners();
    return there("sockets", Weight::kEssential, "listeners are found");
  } catch (const HarnessError& error) {
    return missing("sockets", Weight::kEssential, error.what(), "mount /proc");
  }
}

}  // namespace

std::vector<Ability> look_at_machine(const std::function<int()>& interrupted) {
  std::error_code ignored;
  std::vector<Ability> abilities = {
      kernel(),
      sockets(),
      room("temporary", Weight::kEssential, fs::temp_directory_path(ignored), "{state}"),
      room("/dev/shm", Weight::kMore, "/dev/shm", "daemons with shared memory"),
      descriptor_counts(),
      children_file(),
      descriptors(),
      core_files(),
      debug_symbols(),
      warp(),
  };
  try {
    Trial trial(interrupted);
    if (!trial.why_not().empty()) throw HarnessError("start", trial.why_not(), 0);
    abilities.insert(abilities.begin() + 1,
                     there("launch", Weight::kEssential, "a process was started under the guard"));
    for (const auto look : {containment, agent, ptrace, root, valgrind, sanitizer, symbolizer})
      abilities.push_back(look(trial));
  } catch (const HarnessError& error) {
    abilities.insert(abilities.begin() + 1,
                     missing("launch", Weight::kEssential, error.what(),
                             "build the target `program`, or set WATERTIGHT_LIBEXEC"));
  }
  return abilities;
}

}  // namespace watertight::run
