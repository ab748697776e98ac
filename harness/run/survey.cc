// SPDX-License-Identifier: Apache-2.0
#include "run/survey.h"

#include "launch/tree_sockets.h"
#include "posix/file.h"
#include "proc/process.h"
#include "report/quantity.h"
#include "run/survey_files.h"
#include "stress/quiescence.h"
#include "stress/stress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <csignal>
#include <map>
#include <set>
#include <utility>

namespace watertight::run {
namespace {

using namespace std::chrono_literals;
using launch::Daemon;
using proc::SocketFact;

constexpr auto kLongestStop = 5s;
constexpr std::string_view kLine = "hello\n";

std::string in_seconds(Duration time) {
  return report::format_duration(std::chrono::duration<double>(time).count());
}

bool catches(pid_t pid, int signal) {
  const auto status = proc::read_status(pid);
  return status && ((status->caught >> (signal - 1)) & 1) != 0;
}

/// One daemon under survey.
class Surveyor {
 public:
  Surveyor(const Scenario& asked_for, Daemon& daemon, const std::function<int()>& interrupted)
      : daemon_(daemon), interrupted_(interrupted), next_port_(daemon.instance().ports.size() + 1) {
    survey_.scenario = asked_for;
  }

  Survey look() {
    stress::wait_until_quiet([this] { return daemon_.processes(); }, 1s);
    look_at_processes();
    look_at_files();
    look_at_listeners();
    look_at_signals();
    stop();
    return std::move(survey_);
  }

 private:
  void look_at_processes() {
    if (daemon_.is_in_background())
      survey_.on_command.push_back("It puts itself in the background.");
    std::vector<pid_t> others = daemon_.processes();
    std::erase(others, daemon_.main().pid());
    if (others.empty()) return;
    survey_.on_command.push_back(
        fmt::format("Besides its main process it runs {}:", others.size()));
    std::map<std::string, std::size_t> alike;
    for (const pid_t pid : others) ++alike[with_state(proc::describe_process(pid))];
    for (const auto& [process, count] : alike)
      survey_.on_command.push_back(count == 1 ? "  " + process
                                              : fmt::format("  {} times {}", count, process));
  }

  void look_at_files() {
    const std::string pid_file = find_pid_file(daemon_);
    survey_.scenario.pid_file = with_state(pid_file);
    const DaemonFiles files = files_of(daemon_);
    for (const std::string& file : files.written)
      if (file != pid_file) survey_.on_command.push_back("It writes " + with_state(file) + ".");
    for (const std::string& lock : files.locks) survey_.on_pid_file.push_back(with_state(lock));
    if (!pid_file.empty() && files.locks.empty())
      survey_.on_pid_file.push_back("It holds no lock: a second instance may start beside it.");
    if (const auto last = daemon_.log_tail(1); !last.empty())
      survey_.on_command.push_back("It prints, lastly: " + with_state(last.back()));
  }

  void look_at_listeners() {
    const std::string took =
        fmt::format("It was ready after {}.", in_seconds(daemon_.ready_after()));
    survey_.on_ready.push_back(took);
    std::vector<SocketFact> listeners = launch::listeners_of(daemon_.processes());
    std::ranges::stable_sort(listeners, {}, [](const SocketFact& socket) {
      return socket.family == SocketFact::Family::kUdp;
    });
    for (const SocketFact& socket : listeners) add_listener(socket);
    if (survey_.scenario.stress.empty()) survey_.scenario.stress.push_back({});
  }

  void add_listener(const SocketFact& socket) {
    survey_.on_ready.push_back("It listens at " + with_state(launch::describe(socket)) + ".");
    Stress stress;
    Ready ready;
    if (socket.family == SocketFact::Family::kUnix) {
      stress.kind = Stress::Kind::kUnix;
      ready.kind = Ready::Kind::kUnix;
      stress.target = socket.address;
    } else {
      const bool is_tcp = socket.family == SocketFact::Family::kTcp;
      stress.kind = is_tcp ? Stress::Kind::kTcp : Stress::Kind::kUdp;
      ready.kind = Ready::Kind::kTcp;
      stress.target = fmt::format("{}:{}", reachable(socket.address), socket.port);
    }
    // One that listens at 0.0.0.0 and at :: is the same for a client.
    if (socket.port != 0 && !asked_.insert({socket.family, socket.port}).second) return;
    ask(stress);
    stress.target = with_state(stress.target);
    if (socket.port != 0)
      stress.target = with_port_replaced(stress.target, socket.port, placeholder_of(socket.port));
    const bool is_stream = stress.kind != Stress::Kind::kUdp;
    if (is_stream && survey_.scenario.ready.kind == Ready::Kind::kAuto) {
      ready.target =
          stress.kind == Stress::Kind::kHttp ? host_and_port(stress.target) : stress.target;
      ready.timeout = survey_.scenario.ready.timeout;
      survey_.scenario.ready = ready;
    }
    if (is_stream || survey_.scenario.stress.empty()) survey_.scenario.stress.push_back(stress);
  }

  /// Finds out what a listener answers, and makes that the stress.
  void ask(Stress& stress) {
    if (stress.kind == Stress::Kind::kUdp) return;
    if (stress.kind == Stress::Kind::kTcp) {
      Stress http;
      http.kind = Stress::Kind::kHttp;
      http.target = fmt::format("http://{}/", stress.target);
      if (answers(http)) {
        survey_.on_stress.push_back("It answers GET / as a server of http does.");
        stress = http;
        return;
      }
    }
    stress.send = {std::string(kLine)};
    if (answers(stress, 3)) {
      survey_.on_stress.push_back(
          "It answers a line of `hello`. Put a real request in its place, and into `expect` what a "
          "good answer looks like.");
      return;
    }
    stress.send.clear();
    survey_.on_stress.push_back(
        "It answers neither GET / nor a line of `hello`: clients only connect. Put a request that "
        "it knows into `send`, and into `expect` what a good answer looks like.");
  }

  /// More than one try where an answer that is merely late would be taken for none.
  bool answers(const Stress& question, int tries = 1) {
    stress::Workload workload(daemon_, {question});
    for (; tries > 0 && !is_interrupted(); --tries) {
      const stress::Tally tally = workload.next_round(1, std::nullopt, interrupted_);
      if (tally.attempted > 0 && tally.failed == 0) return true;
    }
    return false;
  }

  bool is_interrupted() const { return interrupted_ && interrupted_() != 0; }

  void look_at_signals() {
    if (!daemon_.is_alive()) {
      survey_.on_stress.push_back("It did not outlive being asked: it ended.");
      return;
    }
    if (catches(daemon_.main().pid(), SIGHUP))
      survey_.on_stress.push_back(
          "It handles SIGHUP: `[[stress]]` with `spec = \"signal:HUP\"` looks whether that leaks.");
  }

  void stop() {
    const auto before = posix::Clock::now();
    if (!daemon_.main().signal(SIGTERM)) return;
    const bool ended = daemon_.main().wait_until_ended(posix::Deadline(kLongestStop));
    const auto took = posix::Clock::now() - before;
    if (!ended) {
      survey_.on_window.push_back(
          fmt::format("SIGTERM did not end it within {}.", in_seconds(kLongestStop)));
      return;
    }
    const posix::Deadline deadline(kLongestStop);
    while (!daemon_.exit_status() && !deadline.has_passed()) posix::pause_for(1ms);
    const auto status = daemon_.exit_status();
    survey_.on_window.push_back(fmt::format("SIGTERM ended it within {}: {}.", in_seconds(took),
                                            status ? status->describe() : "status unknown"));
  }

  /// `{port}` for a port that was given, or that the command names, which then becomes one; else
  /// the number.
  std::string placeholder_of(unsigned port) {
    const auto& ports = daemon_.instance().ports;
    const auto given = std::ranges::find(ports, port);
    if (given != ports.end()) return port_name(static_cast<std::size_t>(given - ports.begin()) + 1);
    const std::string name = port_name(next_port_);
    bool is_named = false;
    auto& command = survey_.scenario.command;
    for (std::size_t i = 1; i < command.size(); ++i) {
      const std::string replaced = with_port_replaced(command[i], port, name);
      is_named |= replaced != command[i];
      command[i] = replaced;
    }
    if (!is_named) return std::to_string(port);
    ++next_port_;
    survey_.on_command.push_back(fmt::format("Its port {} has become {}, a free one.", port, name));
    return name;
  }

  static std::string port_name(std::size_t number) {
    return number == 1 ? "{port}" : fmt::format("{{port{}}}", number);
  }

  static std::string host_and_port(const std::string& url) {
    constexpr std::string_view kScheme = "http://";
    return url.substr(kScheme.size(), url.size() - kScheme.size() - 1);
  }

  static std::string reachable(const std::string& address) {
    if (address == "0.0.0.0" || address == "::") return "127.0.0.1";
    return address.find(':') == std::string::npos ? address : "[" + address + "]";
  }

  std::string with_state(std::string text) const {
    const std::string state = daemon_.instance().state.string();
    for (auto at = text.find(state); at != std::string::npos; at = text.find(state))
      text.replace(at, state.size(), "{state}");
    return text;
  }

  Daemon& daemon_;
  const std::function<int()>& interrupted_;
  std::size_t next_port_;
  std::set<std::pair<SocketFact::Family, unsigned>> asked_;
  Survey survey_;
};

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

}  // namespace

std::string with_port_replaced(const std::string& text, unsigned port,
                               const std::string& placeholder) {
  const std::string digits = std::to_string(port);
  std::string result = text;
  for (std::size_t at = result.find(digits); at != std::string::npos;) {
    const std::size_t end = at + digits.size();
    const bool is_whole =
        (at == 0 || !is_digit(result[at - 1])) && (end == result.size() || !is_digit(result[end]));
    if (is_whole) result.replace(at, digits.size(), placeholder);
    at = result.find(digits, is_whole ? at + placeholder.size() : end);
  }
  return result;
}

std::variant<Survey, launch::LaunchFailure> survey(const Scenario& scenario,
                                                   const std::function<int()>& interrupted) {
  auto launched = launch::launch(scenario, interrupted);
  if (auto* const failure = std::get_if<launch::LaunchFailure>(&launched))
    return std::move(*failure);
  return Surveyor(scenario, std::get<Daemon>(launched), interrupted).look();
}

}  // namespace watertight::run
