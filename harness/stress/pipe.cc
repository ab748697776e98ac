// SPDX-License-Identifier: Apache-2.0
#include "stress/pipe.h"

#include "posix/file.h"

#include <fmt/format.h>
#include <watertight/error.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <utility>
#include <variant>

namespace watertight::stress {
namespace {

constexpr auto kInterruptEvery = std::chrono::milliseconds(20);
constexpr std::size_t kLongestLine = 4096;

/// Takes `word` or a number off the front.
bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

bool take(std::string_view& text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

}  // namespace

std::optional<PipeAnswer> parse_pipe_answer(std::string_view line) {
  PipeAnswer answer;
  const bool is_well_formed = take(line, "done ") && take(line, answer.done) &&
                              take(line, " failed ") && take(line, answer.failed) && line.empty();
  if (!is_well_formed || answer.failed > answer.done) return std::nullopt;
  return answer;
}

Pipe::Pipe(launch::Guard& workbench, CommandPlan plan)
    : workbench_(workbench), plan_(std::move(plan)) {
  // A socket for the orders, so that writing to a generator that has ended is EPIPE and not
  // SIGPIPE.
  posix::SocketPair orders = posix::open_socket_pair();
  posix::Pipe answers = posix::open_pipe();
  launch::Command command = shell_command(plan_);
  command.descriptors = {{0, orders.theirs.get()}, {1, answers.writing.get()}};
  auto started = workbench_.spawn(command);
  if (auto* failure = std::get_if<launch::SpawnFailure>(&started)) {
    throw HarnessError("start", fmt::format("pipe:{}: {}", plan_.command, failure->message), 0);
  }
  process_ = std::move(std::get<posix::ProcessHandle>(started));
  orders_ = std::move(orders.ours);
  answers_ = std::move(answers.reading);
  epoll_.add(answers_, EPOLLIN, 0);
}

Pipe::~Pipe() {
  try {
    process_->signal(SIGKILL);
  } catch (const HarnessError&) {
    // The workbench ends it.
  }
}

Tally Pipe::perform(std::uint64_t operations, const std::function<int()>& interrupted) {
  Tally tally{.attempted = operations};
  if (broken_because_.empty()) {
    ask(operations);
    const std::optional<std::string> line = read_line(interrupted);
    if (!line) {
      give_up("interrupted before it answered");
      return {};
    }
    if (broken_because_.empty()) {
      const std::optional<PipeAnswer> answer = parse_pipe_answer(*line);
      if (answer && answer->done == operations) {
        tally.failed = answer->failed;
        if (answer->failed > 0) {
          tally.first_failure = fmt::format("pipe:{}: it counted {} failed operations of {}",
                                            plan_.command, answer->failed, operations);
        }
        return tally;
      }
      give_up(fmt::format("it answered `{}` where `done {} failed M` was due", *line, operations));
    }
  }
  tally.failed = operations;
  tally.first_failure = fmt::format("pipe:{}: {}", plan_.command, broken_because_);
  return tally;
}

void Pipe::ask(std::uint64_t operations) {
  const std::string order = fmt::format("{}\n", operations);
  if (posix::send_some(orders_, order).bytes != order.size()) give_up(how_it_ended());
}

std::optional<std::string> Pipe::read_line(const std::function<int()>& interrupted) {
  const posix::Deadline deadline(plan_.timeout);
  while (broken_because_.empty()) {
    if (const auto end = unread_.find('\n'); end != std::string::npos) {
      std::string line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      return line;
    }
    if (interrupted && interrupted() != 0) return std::nullopt;
    if (unread_.size() > kLongestLine) {
      give_up("it answered with a line of over 4096 bytes");
    } else if (deadline.has_passed()) {
      give_up(fmt::format("no answer within {} s; does it flush its output?",
                          std::chrono::duration<double>(plan_.timeout).count()));
    } else if (!epoll_.wait(std::min<posix::Clock::duration>(deadline.left(), kInterruptEvery))
                    .empty()) {
      std::array<char, 4096> buffer;
      const posix::Transfer transfer = posix::read_some(answers_, buffer.data(), buffer.size());
      if (transfer.bytes > 0) unread_.append(buffer.data(), transfer.bytes);
      if (transfer.bytes == 0 && !transfer.would_block()) give_up(how_it_ended());
    }
  }
  return "";
}

void Pipe::give_up(std::string why) {
  if (broken_because_.empty()) broken_because_ = std::move(why);
}

std::string Pipe::how_it_ended() {
  const auto status =
      workbench_.wait_for_exit(process_->pid(), posix::Deadline(std::chrono::milliseconds(200)));
  return fmt::format("the load generator {}; its last lines: {}",
                     status ? status->describe() : "closed its output",
                     posix::read_tail(plan_.output, 3));
}

}  // namespace watertight::stress
