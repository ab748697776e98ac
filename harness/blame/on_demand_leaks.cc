// SPDX-License-Identifier: Apache-2.0
#include "blame/on_demand_leaks.h"

#include "blame/sanitizer_options.h"
#include "blame/sanitizer_report.h"
#include "launch/elf_head.h"
#include "launch/guard.h"
#include "launch/preload.h"
#include "launch/program.h"
#include "posix/clock.h"
#include "posix/file.h"
#include "posix/process.h"
#include "proc/process.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <map>
#include <utility>

namespace watertight::blame {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::uint64_t kOperations = 256;
constexpr unsigned kRounds = 3;
/// Processes that are asked; of a prefork server all do the same.
constexpr std::size_t kMostProcesses = 8;
constexpr auto kTimeForAnAnswer = 60s;
constexpr auto kBetweenLooks = 5ms;
constexpr std::size_t kMostRemarks = 5;
constexpr std::string_view kTrigger = "libwatertight-leaks.so";
constexpr const char* kPrefix = "leaks";
constexpr const char* kLog = "leaks.log";

/// What the daemon does with its signals and its exit stays its own affair, and only what was lost
/// is looked for. Whole stacks, also where there are no frame pointers; we name the places.
const std::map<std::string, std::string> kOptions = {{"detect_leaks", "1"},
                                                     {"leak_check_at_exit", "0"},
                                                     {"symbolize", "0"},
                                                     {"fast_unwind_on_malloc", "0"},
                                                     {"malloc_context_size", "24"},
                                                     {"halt_on_error", "0"},
                                                     {"handle_segv", "0"},
                                                     {"handle_abort", "0"},
                                                     {"handle_sigbus", "0"},
                                                     {"handle_sigill", "0"},
                                                     {"handle_sigfpe", "0"},
                                                     {"allocator_may_return_null", "1"},
                                                     {"alloc_dealloc_mismatch", "0"},
                                                     {"detect_odr_violation", "0"}};

std::string why_not_in(const fs::path& program) {
  if (std::string why = launch::why_no_preload(program); !why.empty()) return why;
  if (!launch::read_elf_head(program)) return "";
  const auto facts = posix::stat_if_there(program);
  if (facts && (facts->st_mode & (S_ISUID | S_ISGID)) != 0)
    return "it is setuid, and the loader preloads nothing into it";
  const std::string bytes = posix::read_file(program).value_or("");
  for (const char* allocator : {"libjemalloc", "libtcmalloc", "libmimalloc"})
    if (bytes.find(allocator) != std::string::npos)
      return fmt::format("it is linked with {}, whose blocks LeakSanitizer does not know",
                         allocator);
  return "";
}

/// The newest of a folder's files with such a name.
fs::path newest(const fs::path& folder, std::string_view beginning) {
  fs::path found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().filename().native().starts_with(beginning) && found < entry.path())
      found = entry.path();
  return found;
}

bool is_memory(std::string_view resource) { return resource == "heap" || resource == "rss"; }

/// A stack as the report has it, the same in every report of a process.
std::string key_of(const Finding& finding) {
  std::string key;
  for (const Frame& frame : finding.stack)
    key += fmt::format("{}+{:x}\n", frame.module, frame.offset);
  return key;
}

}  // namespace

fs::path find_sanitizer_runtime() {
  for (const char* folder :
       {"/usr/lib/" WATERTIGHT_MULTIARCH, "/usr/lib64", "/lib/" WATERTIGHT_MULTIARCH, "/usr/lib"})
    if (fs::path found = newest(folder, "libasan.so."); !found.empty()) return found;
  fs::path found;
  std::error_code error;
  for (const auto& llvm : fs::directory_iterator("/usr/lib", error)) {
    if (!llvm.path().filename().native().starts_with("llvm-")) continue;
    for (const auto& version : fs::directory_iterator(llvm.path() / "lib/clang", error)) {
      const fs::path library =
          version.path() / "lib/linux/libclang_rt.asan-" WATERTIGHT_MACHINE ".so";
      if (fs::exists(library, error) && found < library) found = library;
    }
  }
  return found;
}

OnDemandLeaks::OnDemandLeaks() : runtime_(find_sanitizer_runtime()) {}

std::optional<std::string> OnDemandLeaks::prepare(Scenario& scenario) {
  const auto inherited = posix::current_environment();
  auto whole = inherited;
  for (const auto& [name, value] : scenario.environment) whole.insert_or_assign(name, value);
  const auto program = launch::find_program(scenario.command.at(0), whole);
  if (const auto* none = std::get_if<launch::NoProgram>(&program)) return none->message;
  if (const std::string why = why_not_in(std::get<fs::path>(program)); !why.empty())
    return "LeakSanitizer cannot be preloaded into the daemon: " + why;
  if (runtime_.empty())
    return "there is no runtime of AddressSanitizer to preload (Debian: libasan8, or libclang-rt)";
  std::string preload =
      fmt::format("{}:{}", runtime_.native(), launch::companion(kTrigger).native());
  if (const std::string& users = whole["LD_PRELOAD"]; !users.empty()) preload += ":" + users;
  set_sanitizer_options(scenario.environment, inherited, std::string("{state}/") + kLog);
  std::string& options = scenario.environment["ASAN_OPTIONS"];
  options = merge_options(options, kOptions);
  scenario.environment["LD_PRELOAD"] = preload;
  scenario.environment["WATERTIGHT_LEAKS"] = std::string("{state}/") + kPrefix;
  return std::nullopt;
}

/// Round after round of operations, and what was lost after each.
class OnDemandLeaks::Interview {
 public:
  explicit Interview(const Question& question) : question_(question), daemon_(question.daemon) {
    const auto& environment = daemon_.scenario().environment;
    log_ = find_option(environment.at("ASAN_OPTIONS"), "log_path").value_or("");
  }

  Answer run() {
    Answer answer;
    question_.work(kOperations);
    ask_all();  // What is lost by now is of the start, and of what is made at the first operation.
    for (unsigned round = 0; round < kRounds && daemon_.is_alive(); ++round) {
      sites_.next_round();
      question_.work(kOperations);
      ask_all();
    }
    if (!daemon_.is_alive()) throw HarnessError("LeakSanitizer", "the daemon ended under it", 0);
    for (const std::string& resource : question_.resources) add(resource, answer);
    add_remarks(answer);
    return answer;
  }

 private:
  struct Lost {
    std::uint64_t bytes = 0, blocks = 0;
  };
  struct Process {
    std::uint64_t answers = 0;
    std::string silence{};  ///< Why it does not answer; it is not asked again.
    std::size_t read = 0;   ///< Bytes of its log.
    std::map<std::string, Lost> lost;
  };

  void ask_all();
  void ask(pid_t pid, Process& process);
  void take(std::string_view text, Process& process, bool is_first);
  void add(const std::string& resource, Answer& answer) const;
  void add_remarks(Answer& answer) const;

  const Question& question_;
  launch::Daemon& daemon_;
  fs::path log_;
  std::map<pid_t, Process> processes_;
  std::vector<Finding> at_start_;
  GrowingSites sites_;
  Symbols symbols_;
};

void OnDemandLeaks::Interview::ask_all() {
  std::size_t children = 0;
  for (const pid_t pid : daemon_.processes()) {
    const auto stat = proc::read_stat(pid);
    const bool is_main = pid == daemon_.main().pid();
    if (!stat || stat->is_dead() || (!is_main && ++children > kMostProcesses)) continue;
    Process& process = processes_[pid];
    if (!process.silence.empty()) continue;
    const bool is_first = process.answers == 0;
    try {
      ask(pid, process);
    } catch (const HarnessError& error) {
      if (is_main) throw;
      process.silence = error.what();  // A child that runs a program of its own, say.
      continue;
    }
    const std::string text =
        posix::read_file(fmt::format("{}.{}", log_.native(), pid)).value_or("");
    take(std::string_view(text).substr(std::min(process.read, text.size())), process, is_first);
    process.read = text.size();
  }
}

/// Lets it look once more, and waits until it has.
void OnDemandLeaks::Interview::ask(pid_t pid, Process& process) {
  const fs::path fifo = daemon_.folder().state() / fmt::format("{}.{}", kPrefix, pid);
  const std::string wanted = std::to_string(process.answers + 1);
  const posix::Deadline deadline(kTimeForAnAnswer);
  bool is_told = false;
  for (; !deadline.has_passed() && daemon_.is_alive(); posix::pause_for(kBetweenLooks)) {
    if (!is_told) {
      try {
        is_told = posix::open_if_there(fifo, O_WRONLY | O_NONBLOCK).has_value();
      } catch (const HarnessError& error) {
        if (error.errno_value() != ENXIO) throw;  // It is not there yet, or not again.
      }
      continue;
    }
    const std::string answer = posix::read_file(fifo.native() + ".done").value_or("");
    if (answer == wanted) {
      ++process.answers;
      return;
    }
    if (!answer.empty() && answer != std::to_string(process.answers))
      throw HarnessError("LeakSanitizer", "it cannot look: " + answer, 0);
  }
  if (!daemon_.is_alive()) throw HarnessError("LeakSanitizer", "the daemon ended under it", 0);
  throw HarnessError("LeakSanitizer", "no answer within 60 s", 0);
}

/// A report tells all that is lost by now: what is more than before was lost since.
void OnDemandLeaks::Interview::take(std::string_view text, Process& process, bool is_first) {
  SanitizerReport report = parse_sanitizer_report(text);
  if (!report.could_not_look.empty()) throw HarnessError("LeakSanitizer", report.could_not_look, 0);
  std::map<std::string, Lost> now;
  std::map<std::string, const Finding*> findings;
  for (const Finding& finding : report.findings) {
    if (finding.kind != Finding::Kind::kLeak) continue;
    const std::string key = key_of(finding);
    now[key].bytes += finding.bytes;
    now[key].blocks += finding.blocks;
    findings[key] = &finding;
  }
  for (const auto& [key, lost] : now) {
    const Lost before = std::exchange(process.lost[key], lost);
    if (lost.bytes <= before.bytes || lost.blocks <= before.blocks) continue;
    Finding finding = *findings[key];
    add_names(finding, symbols_);
    if (is_first)
      at_start_.push_back(finding);
    else
      sites_.add(finding, lost.bytes - before.bytes, lost.blocks - before.blocks);
  }
}

void OnDemandLeaks::Interview::add(const std::string& resource, Answer& answer) const {
  if (!is_memory(resource)) {
    answer.remarks.push_back(fmt::format(
        "LeakSanitizer cannot tell who is to blame for growth.{}: it follows memory", resource));
    return;
  }
  Shared shared = share_out(sites_.steady(), resource, question_.suppressions,
                            [](const auto& site) { return describe_blocks(site); });
  if (shared.blame.empty() && shared.remarks.empty())
    answer.remarks.push_back(fmt::format(
        "no call site lost memory in each of {} rounds under LeakSanitizer: what grew is still "
        "referred to, which --blame valgrind tells, or is rarer",
        kRounds));
  std::ranges::move(shared.remarks, std::back_inserter(answer.remarks));
  if (!shared.blame.empty()) answer.blame[resource] = std::move(shared.blame);
}

void OnDemandLeaks::Interview::add_remarks(Answer& answer) const {
  for (const auto& [pid, process] : processes_)
    if (!process.silence.empty())
      answer.remarks.push_back(
          fmt::format("what process {} lost is not in this answer: {}", pid, process.silence));
  const auto steady = sites_.steady();
  std::size_t told = 0;
  for (const Finding& finding : at_start_) {
    const bool goes_on = std::ranges::any_of(steady, [&](const GrowingSites::Site& site) {
      return key_of(site.finding) == key_of(finding);
    });
    if (goes_on || told++ == kMostRemarks) continue;
    const auto stack = from_the_culprit(finding.stack);
    answer.remarks.push_back(fmt::format(
        "lost at the start, and not since: {} bytes in {} blocks at {}", finding.bytes,
        finding.blocks, stack.empty() ? "a place that is not known" : stack.front().function));
  }
}

Answer OnDemandLeaks::explain(const Question& question) { return Interview(question).run(); }

}  // namespace watertight::blame
