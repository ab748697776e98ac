// SPDX-License-Identifier: Apache-2.0
#include "blame/valgrind.h"

#include "blame/symbols.h"
#include "blame/valgrind_xml.h"
#include "blame/vgdb_answers.h"
#include "launch/program.h"
#include "posix/clock.h"
#include "posix/file.h"
#include "posix/limit.h"
#include "posix/process.h"
#include "probe/file_census.h"
#include "proc/process.h"

#include <watertight/error.h>

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <set>

namespace watertight::blame {
namespace {

using namespace std::chrono_literals;

/// Of each round, the one before the first question included: enough for what is seen once in
/// dozens of operations, a second of work for most daemons under memcheck.
constexpr std::uint64_t kOperations = 256;
constexpr unsigned kRounds = 3;
/// Where nothing grew in a round it takes four times as many, up to so many: what leaks may be
/// rarer, or driven by time, of which a busy machine gives a daemon under memcheck little.
constexpr std::uint64_t kMostOperations = 4096;
/// For daemons that leak a few descriptors an operation: at 1 024, the usual limit, they would stop
/// to leak, or end, before the last round.
constexpr std::uint64_t kDescriptors = 8192;
/// Processes that are asked; of a prefork server all do the same.
constexpr std::size_t kMostProcesses = 8;
constexpr auto kTimeForAnAnswer = 60s;
/// A daemon under memcheck takes longer to be ready.
constexpr int kSlowness = 10;
constexpr std::size_t kMostRemarks = 5;

const std::vector<std::string> kHeapChecks = {"heap", "rss"};
/// What is held in a descriptor grows because somebody opened it.
const std::vector<std::string> kDescriptorChecks = {"fds", "close_wait", "deleted_files", "locks",
                                                    "inner"};

bool is_among(const std::vector<std::string>& ids, const std::string& id) {
  return std::ranges::find(ids, id) != ids.end();
}

bool is_visible(const std::string& resource) {
  return is_among(kHeapChecks, resource) || is_among(kDescriptorChecks, resource);
}

std::string why_invisible(const std::string& resource) {
  return fmt::format(
      "memcheck cannot tell who is to blame for growth.{}: it follows memory and descriptors",
      resource);
}

std::optional<std::uint64_t> most_descriptors() {
  const auto own = posix::limit_of(::getpid(), posix::Resource::kDescriptors);
  if (!own || own->soft >= kDescriptors) return std::nullopt;
  return std::min(own->hard, kDescriptors);
}

std::string prefix_in(const std::filesystem::path& state) { return state / "vgdb"; }

/// `Open AF_INET socket 4: …` -> `AF_INET socket`, `Open file descriptor 5: /tmp/a.71` ->
/// `/tmp/a.*`.
std::string describe(const Finding& descriptor) {
  const std::string& what = descriptor.what;
  const std::size_t colon = what.find(": ");
  if (what.find(" socket ") == std::string::npos)
    return colon == std::string::npos ? "a file descriptor"
                                      : probe::name_pattern(what.substr(colon + 2));
  const std::size_t begin = what.find("AF_");
  return what.substr(begin, what.find(" socket ") + 7 - begin);
}

}  // namespace

/// One conversation with the processes of a daemon, round after round.
class Valgrind::Interview {
 public:
  Interview(const Question& question, const std::string& vgdb)
      : question_(question), daemon_(question.daemon), vgdb_(vgdb) {}

  Answer run() {
    Answer answer;
    for (const std::string& resource : question_.resources)
      if (!is_visible(resource)) answer.remarks.push_back(why_invisible(resource));
    if (answer.remarks.size() < question_.resources.size()) watch();
    if (rounds_ > 0 && !daemon_.is_alive())
      answer.remarks.push_back(
          fmt::format("the daemon ended under memcheck after {} operations", done_));
    for (const std::string& resource : question_.resources)
      if (is_visible(resource)) add(resource, answer);
    add_errors(answer);
    return answer;
  }

 private:
  /// How many descriptors are open of each stack, told by its addresses.
  using Opened = std::map<std::vector<std::uint64_t>, std::uint64_t>;

  void watch() {
    work();
    ask_all();  // What there is now is the base that growth is counted from.
    done_ = 0;
    while (rounds_ < kRounds && make_round()) {
    }
    if (rounds_ == 0) throw HarnessError("valgrind", "the daemon ended under memcheck", 0);
  }

  /// False where no further one is of use.
  bool make_round() {
    if (!work()) return false;
    ++rounds_;
    memory_.next_round();
    descriptors_.next_round();
    for (;;) {
      has_grown_ = false;
      ask_all();
      if (has_grown_) return true;
      if (operations_ >= kMostOperations) return false;
      operations_ *= 4;
      if (!work()) return false;
    }
  }

  /// False where the daemon has ended.
  bool work() {
    done_ += question_.work(operations_);
    return daemon_.is_alive();
  }

  void ask_all();
  std::string ask(pid_t pid);
  void add(const std::string& resource, Answer& answer);
  void locate(Finding& finding);
  void add_errors(Answer& answer) const;

  const Question& question_;
  launch::Daemon& daemon_;
  const std::string& vgdb_;
  GrowingSites memory_, descriptors_;
  std::map<pid_t, Opened> opened_;  ///< At the previous question.
  std::set<pid_t> asked_;
  std::uint64_t operations_ = kOperations;  ///< Of the next work.
  unsigned rounds_ = 0;
  std::uint64_t done_ = 0;  ///< Operations in all rounds.
  bool has_grown_ = false;  ///< Anything, at the last question.
  AddressSpace space_;
  Symbols symbols_;
};

void Valgrind::Interview::ask_all() {
  std::vector<pid_t> processes = daemon_.processes();
  std::ranges::sort(processes);
  std::size_t children = 0;
  for (const pid_t pid : processes) {
    const auto stat = proc::read_stat(pid);
    const bool is_main = pid == daemon_.main().pid();
    if (!stat || stat->is_dead() || (!is_main && ++children > kMostProcesses)) continue;
    if (const auto maps = proc::read_maps(pid)) space_.add(*maps);
    std::string answer;
    try {
      answer = ask(pid);
    } catch (const HarnessError&) {
      if (is_main && daemon_.is_alive()) throw;
      continue;  // A child that ends, or that runs a program of its own.
    }
    const bool is_first = asked_.insert(pid).second;
    for (const LossRecord& record : parse_leak_check(answer)) {
      if (is_first) continue;
      has_grown_ = true;
      memory_.add(record.finding, record.grown_bytes, record.grown_blocks);
    }
    Opened now;
    for (const Finding& descriptor : parse_open_fds(answer)) {
      // A pool may open and close all the time: it grows where a stack has more open than before.
      const std::uint64_t count = ++now[descriptor.addresses];
      if (is_first || count <= opened_[pid][descriptor.addresses]) continue;
      has_grown_ = true;
      descriptors_.add(descriptor, 0, 1);
    }
    opened_[pid] = std::move(now);
  }
}

std::string Valgrind::Interview::ask(pid_t pid) {
  launch::Command command;
  command.arguments = {vgdb_,
                       "--vgdb-prefix=" + prefix_in(daemon_.folder().state()),
                       fmt::format("--pid={}", pid),
                       "-c",
                       "leak_check",
                       "full",
                       "reachable",
                       "increased",
                       "-c",
                       "v.info",
                       "open_fds"};
  // vgdb finds Valgrind's pipes by a name that has the user's in it.
  command.environment = posix::current_environment();
  for (const auto& [name, value] : daemon_.scenario().environment)
    command.environment.insert_or_assign(name, value);
  command.output = daemon_.folder().root() / "vgdb.answer";
  posix::write_file(command.output, "");
  auto spawned = daemon_.workbench().spawn(command);
  if (const auto* failure = std::get_if<launch::SpawnFailure>(&spawned))
    throw HarnessError("vgdb", failure->message, 0);
  const auto& process = std::get<posix::ProcessHandle>(spawned);
  const auto status =
      daemon_.workbench().wait_for_exit(process.pid(), posix::Deadline(kTimeForAnAnswer));
  if (!status) {
    process.signal(SIGKILL);
    throw HarnessError("vgdb", fmt::format("no answer from process {} within 60 s", pid), 0);
  }
  std::string text = posix::read_file(command.output).value_or("");
  if (!status->is_success())
    throw HarnessError(
        "vgdb", fmt::format("{}; it needs ptrace(2): {}", status->describe(), text.substr(0, 300)),
        0);
  return text;
}

void Valgrind::Interview::add(const std::string& resource, Answer& answer) {
  const bool is_memory = is_among(kHeapChecks, resource);
  auto sites = (is_memory ? memory_ : descriptors_).steady();
  if (sites.empty()) {
    answer.remarks.push_back(fmt::format(
        "no call site grew in each of {} rounds under memcheck ({} operations): {}", rounds_, done_,
        is_memory ? "the memory is not of malloc(3), or what leaks is rarer"
                  : "what leaks is rarer, or opened by a child"));
    return;
  }
  for (auto& site : sites) locate(site.finding);
  Shared shared = share_out(sites, resource, question_.suppressions,
                            [is_memory](const GrowingSites::Site& site) {
                              return is_memory ? describe_blocks(site) : describe(site.finding);
                            });
  std::ranges::move(shared.remarks, std::back_inserter(answer.remarks));
  if (!shared.blame.empty()) answer.blame[resource] = std::move(shared.blame);
}

/// Adds modules and offsets, which Valgrind leaves out where it knows a line.
void Valgrind::Interview::locate(Finding& finding) {
  std::vector<Frame>& stack = finding.stack;
  for (std::size_t i = 0; i < stack.size() && i < finding.addresses.size(); ++i) {
    const auto place = space_.find(finding.addresses[i]);
    if (!place) continue;
    const std::vector<Frame> own = symbols_.resolve(*place);
    stack[i].module = own.front().module;
    stack[i].offset = own.front().offset;
    if (stack[i].function.empty()) stack[i].function = own.front().function;
  }
}

/// Memory errors, of which nobody asked, but which nobody wants to overlook.
void Valgrind::Interview::add_errors(Answer& answer) const {
  std::size_t count = 0;
  for (const pid_t pid : asked_) {
    const auto text =
        posix::read_file(daemon_.folder().state() / fmt::format("valgrind.{}.xml", pid));
    for (const Finding& finding : parse_valgrind_xml(text.value_or("")).findings) {
      if (finding.kind != Finding::Kind::kMemory || ++count > kMostRemarks) continue;
      const auto stack = from_the_culprit(finding.stack);
      answer.remarks.push_back(stack.empty() ? finding.what
                                             : fmt::format("memcheck also saw: {} at {} ({}:{})",
                                                           finding.what, stack[0].function,
                                                           stack[0].file, stack[0].line));
    }
  }
}

std::optional<std::string> Valgrind::prepare(Scenario& scenario) {
  auto environment = posix::current_environment();
  for (const auto& [name, value] : scenario.environment) environment.insert_or_assign(name, value);
  const auto valgrind = launch::find_program("valgrind", environment);
  const auto vgdb = launch::find_program("vgdb", environment);
  if (std::holds_alternative<launch::NoProgram>(valgrind) ||
      std::holds_alternative<launch::NoProgram>(vgdb))
    return "Valgrind is not installed (apt-get install valgrind libc6-dbg)";
  if (std::filesystem::path(scenario.command.at(0)).filename() == "valgrind")
    return "the daemon runs under a Valgrind of the scenario's own";
  vgdb_ = std::get<std::filesystem::path>(vgdb);

  std::vector<std::string> command = {std::get<std::filesystem::path>(valgrind),
                                      "--tool=memcheck",
                                      "--vgdb=yes",
                                      "--vgdb-prefix=" + prefix_in("{state}"),
                                      "--xml=yes",
                                      "--xml-file={state}/valgrind.%p.xml",
                                      "--track-fds=yes",
                                      "--leak-check=no",  // At the end; vgdb asks before.
                                      "--trace-children=yes",
                                      "--max-threads=5000",
                                      "--num-callers=40",
                                      "--fullpath-after="};
  scenario.command.insert(scenario.command.begin(), command.begin(), command.end());
  scenario.ready.timeout *= kSlowness;
  if (!scenario.descriptor_limit) scenario.descriptor_limit = most_descriptors();
  return std::nullopt;
}

Answer Valgrind::explain(const Question& question) { return Interview(question, vgdb_).run(); }

}  // namespace watertight::blame
