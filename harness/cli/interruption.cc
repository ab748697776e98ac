// SPDX-License-Identifier: Apache-2.0
#include "cli/interruption.h"

#include <atomic>
#include <csignal>
#include <cstdint>
#include <ctime>

namespace watertight::cli {
namespace {

/// timeout(1) and terminals may send one request twice, to the process and to its group.
constexpr std::int64_t kEchoNs = 200'000'000;

std::atomic<int> noted_signal{0};
std::atomic<std::int64_t> noted_at_ns{0};
static_assert(std::atomic<int>::is_always_lock_free &&
                  std::atomic<std::int64_t>::is_always_lock_free,
              "a signal handler may only touch lock-free atomics");

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void note(int number) {
  if (noted_signal.load() == 0) {
    noted_at_ns.store(now_ns());
    noted_signal.store(number);
  } else if (now_ns() - noted_at_ns.load() > kEchoNs) {
    // Blocked until this handler returns, then fatal.
    (void)std::signal(number, SIG_DFL);
    (void)std::raise(number);
  }
}

}  // namespace

void note_interruptions() {
  for (const int number : {SIGPIPE, SIGXFSZ}) (void)std::signal(number, SIG_IGN);
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = SA_RESTART;
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&action.sa_mask, number);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    sigaction(number, nullptr, &before);
    if (before.sa_handler != SIG_IGN) sigaction(number, &action, nullptr);
  }
}

int interruption() { return noted_signal.load(); }

}  // namespace watertight::cli
