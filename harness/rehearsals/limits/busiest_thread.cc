// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/limits/busiest_thread.h"

#include <fmt/format.h>

namespace watertight::rehearsals {

BusiestThread::BusiestThread(const launch::Daemon& daemon)
    : daemon_(daemon), begin_(posix::Clock::now()), before_(demands()) {}

std::map<pid_t, proc::CpuDemand> BusiestThread::demands() const {
  std::map<pid_t, proc::CpuDemand> all;
  for (const pid_t pid : daemon_.processes()) all.merge(proc::read_cpu_demand(pid));
  return all;
}

BusiestThread::Demand BusiestThread::look() const {
  const std::chrono::duration<double> time = posix::Clock::now() - begin_;
  Demand most;
  for (const auto& [thread, now] : demands()) {
    const auto found = before_.find(thread);
    const proc::CpuDemand before = found == before_.end() ? proc::CpuDemand{} : found->second;
    const std::chrono::duration<double> ran = now.ran - before.ran;
    const std::chrono::duration<double> wanted = now.total() - before.total();
    if (ran / time > most.ran) most = {wanted / time, ran / time, thread};
  }
  return most;
}

std::string BusiestThread::Demand::describe() const {
  return fmt::format("thread {} ran {:.0f} % of the time, and wanted {:.0f} %", thread, 100 * ran,
                     100 * wanted);
}

}  // namespace watertight::rehearsals
