// SPDX-License-Identifier: Apache-2.0
#include "launch/ready_signs.h"

#include "launch/auto_ready.h"
#include "launch/endpoint.h"
#include "launch/stream_probe.h"
#include "posix/file.h"
#include "proc/process.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <regex>

namespace watertight::launch {
namespace {

bool is_alive(pid_t pid) {
  const auto stat = proc::read_stat(pid);
  return stat && !stat->is_dead();
}

/// kTcp, kUnix
class Accepts : public ReadySign {
 public:
  explicit Accepts(Endpoint endpoint) : endpoint_(std::move(endpoint)), probe_(endpoint_) {}
  bool is_shown(const Glance&) override { return probe_.is_connected(); }
  std::string describe() const override {
    return fmt::format("a connection to {} to be accepted", endpoint_.describe());
  }

 private:
  Endpoint endpoint_;
  StreamProbe probe_;
};

/// kHttp
class AnswersHttp : public ReadySign {
 public:
  explicit AnswersHttp(Endpoint endpoint) : endpoint_(std::move(endpoint)), probe_(endpoint_) {}
  bool is_shown(const Glance&) override {
    // An https server answers nobody who does not speak TLS: that it accepts has to do.
    if (endpoint_.is_encrypted) return probe_.is_connected();
    const std::optional<int> status = probe_.http_status();
    if (status) last_status_ = *status;
    return status && *status < 500;
  }
  std::string describe() const override {
    return fmt::format(
        "{} to answer a GET of {} with a status below 500{}", endpoint_.describe(),
        endpoint_.request,
        last_status_ == 0 ? "" : fmt::format(" (the last one was {})", last_status_));
  }

 private:
  Endpoint endpoint_;
  StreamProbe probe_;
  int last_status_ = 0;
};

/// kPidFile
class HasPidFile : public ReadySign {
 public:
  explicit HasPidFile(std::filesystem::path path) : path_(std::move(path)) {}
  bool is_shown(const Glance& glance) override {
    const std::optional<pid_t> pid = read_pid_file(path_);
    return pid && std::ranges::find(glance.processes(), *pid) != glance.processes().end() &&
           is_alive(*pid);
  }
  std::string describe() const override {
    return fmt::format("{} to hold the pid of a live process of the daemon", path_.native());
  }

 private:
  std::filesystem::path path_;
};

/// kLog
class PrintsLine : public ReadySign {
 public:
  PrintsLine(std::string pattern, const BeforeLaunch& before)
      : pattern_(std::move(pattern)), output_(before.output) {
    try {
      regex_ = std::regex(pattern_, std::regex::ECMAScript | std::regex::optimize);
    } catch (const std::regex_error& error) {
      throw ScenarioError(
          fmt::format("ready log:{} is no regular expression: {}", pattern_, error.what()));
    }
  }

  bool is_shown(const Glance&) override {
    const auto text = posix::read_file(output_);
    if (!text) return false;
    while (read_ < text->size()) {
      const std::size_t end = text->find('\n', read_);
      if (matches(std::string_view(*text).substr(read_, end - read_))) return true;
      if (end == std::string::npos) return false;  // The line goes on: it is read again then.
      read_ = end + 1;
    }
    return false;
  }

  std::string describe() const override {
    return fmt::format("a line of output that matches {}", pattern_);
  }

 private:
  /// std::regex recurses once a character: a line longer than this could exhaust the stack.
  static constexpr std::size_t kLongestLine = 8192;

  bool matches(std::string_view line) const {
    line = line.substr(0, kLongestLine);
    return std::regex_search(line.begin(), line.end(), regex_);
  }

  std::string pattern_;
  std::regex regex_;
  std::filesystem::path output_;
  std::size_t read_ = 0;  ///< Start of the first line that was not whole yet.
};

/// kNotify
class Notifies : public ReadySign {
 public:
  explicit Notifies(NotifySocket& socket) : socket_(socket) {}
  bool is_shown(const Glance&) override { return socket_.read().is_ready; }
  std::string describe() const override { return "READY=1 on $NOTIFY_SOCKET (sd_notify)"; }

 private:
  NotifySocket& socket_;
};

/// kForked
class LauncherExits : public ReadySign {
 public:
  bool is_shown(const Glance& glance) override {
    return glance.launcher_exit && glance.launcher_exit->is_success() &&
           std::ranges::any_of(glance.processes(), is_alive);
  }
  std::string describe() const override {
    return "the launched process to exit with 0 and leave the daemon behind";
  }
};

/// kAfter
class TimePasses : public ReadySign {
 public:
  explicit TimePasses(Duration delay) : delay_(delay) {}
  bool is_shown(const Glance& glance) override { return glance.since_launch >= delay_; }
  std::string describe() const override {
    return fmt::format("{} s to pass", std::chrono::duration<double>(delay_).count());
  }

 private:
  Duration delay_;
};

}  // namespace

std::unique_ptr<ReadySign> make_ready_sign(const Scenario& scenario, const BeforeLaunch& before) {
  const Ready& ready = scenario.ready;
  switch (ready.kind) {
    case Ready::Kind::kTcp:
    case Ready::Kind::kUnix:
      return std::make_unique<Accepts>(*endpoint_of(ready));
    case Ready::Kind::kHttp:
      return std::make_unique<AnswersHttp>(*endpoint_of(ready));
    case Ready::Kind::kPidFile:
      return std::make_unique<HasPidFile>(ready.target);
    case Ready::Kind::kLog:
      return std::make_unique<PrintsLine>(ready.target, before);
    case Ready::Kind::kNotify:
      return std::make_unique<Notifies>(*before.notify);
    case Ready::Kind::kForked:
      return std::make_unique<LauncherExits>();
    case Ready::Kind::kAfter:
      return std::make_unique<TimePasses>(ready.delay);
    case Ready::Kind::kAuto:
      break;
  }
  return std::make_unique<AutoReady>(local_endpoints(scenario), before.listeners);
}

std::optional<pid_t> read_pid_file(const std::filesystem::path& path) {
  const auto text = posix::read_file(path);
  if (!text) return std::nullopt;
  const std::size_t start = std::min(text->find_first_not_of(" \t\n"), text->size());
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(text->data() + start, text->data() + text->size(), pid);
  if (error != std::errc() || pid <= 0) return std::nullopt;
  return pid;
}

}  // namespace watertight::launch
