// SPDX-License-Identifier: Apache-2.0
#include "posix/epoll.h"

#include "posix/checked.h"

#include <algorithm>
#include <cerrno>
#include <ctime>

namespace watertight::posix {

Epoll::Epoll() : epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {}

void Epoll::add(const UniqueFd& fd, std::uint32_t events, std::uint64_t token) {
  epoll_event event{.events = events, .data = {.u64 = token}};
  checked(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd.get(), &event), "epoll_ctl", "add");
}

void Epoll::remove(const UniqueFd& fd) {
  checked(::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd.get(), nullptr), "epoll_ctl", "remove");
}

std::span<const epoll_event> Epoll::wait(Clock::duration timeout) {
  using namespace std::chrono;
  const auto left = std::max(timeout, Clock::duration::zero());
  const auto whole = duration_cast<seconds>(left);
  const timespec limit{.tv_sec = whole.count(), .tv_nsec = nanoseconds(left - whole).count()};
  // epoll_pwait2 (kernel 5.11) for waits below a millisecond.
  const auto most = static_cast<int>(events_.size());
  int count = ::epoll_pwait2(epoll_.get(), events_.data(), most, &limit, nullptr);
  if (count == -1 && errno == ENOSYS)  // An older kernel, or Valgrind 3.19.
    count = ::epoll_wait(epoll_.get(), events_.data(), most,
                         static_cast<int>(ceil<milliseconds>(left).count()));
  if (count == -1 && errno != EINTR) throw HarnessError("epoll_wait", "sockets", errno);
  return std::span(events_).first(static_cast<std::size_t>(std::max(count, 0)));
}

}  // namespace watertight::posix
