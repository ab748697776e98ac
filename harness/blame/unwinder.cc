// SPDX-License-Identifier: Apache-2.0
#include "blame/unwinder.h"

#include <elfutils/libdwfl.h>

namespace watertight::blame {
namespace {

/// A debug file may have to be fetched, and the tables stand in the program itself.
int find_no_debug_file(Dwfl_Module* /*module*/, void** /*data*/, const char* /*name*/,
                       Dwarf_Addr /*base*/, const char* /*file*/, const char* /*link*/,
                       GElf_Word /*checksum*/, char** /*found*/) {
  return -1;
}

struct Walk {
  std::vector<std::uint64_t> addresses;
  std::size_t most;
};

int take_frame(Dwfl_Frame* frame, void* argument) {
  auto& walk = *static_cast<Walk*>(argument);
  Dwarf_Addr address = 0;
  bool is_own = false;  // Where a thread stands, or was interrupted by a signal: not after a call.
  if (!dwfl_frame_pc(frame, &address, &is_own)) return DWARF_CB_ABORT;
  walk.addresses.push_back(address + (is_own ? 1 : 0));
  return walk.addresses.size() < walk.most ? DWARF_CB_OK : DWARF_CB_ABORT;
}

}  // namespace

struct Unwinder::State {
  Dwfl_Callbacks callbacks{};
  std::unique_ptr<Dwfl, decltype(&dwfl_end)> dwfl{nullptr, &dwfl_end};
  bool is_attached = false;
};

Unwinder::Unwinder(pid_t pid) : state_(std::make_unique<State>()) {
  state_->callbacks.find_elf = dwfl_linux_proc_find_elf;
  state_->callbacks.find_debuginfo = find_no_debug_file;
  state_->dwfl.reset(dwfl_begin(&state_->callbacks));
  Dwfl* const dwfl = state_->dwfl.get();
  if (!dwfl) return;
  dwfl_report_begin(dwfl);
  const int failure = dwfl_linux_proc_report(dwfl, pid);
  if (dwfl_report_end(dwfl, nullptr, nullptr) != 0 || failure != 0) return;
  constexpr bool kIsStopped = true;
  state_->is_attached = dwfl_linux_proc_attach(dwfl, pid, kIsStopped) == 0;
}

Unwinder::~Unwinder() = default;

std::vector<std::uint64_t> Unwinder::unwind(pid_t tid, std::size_t most) const {
  Walk walk{{}, most};
  if (state_->is_attached) dwfl_getthread_frames(state_->dwfl.get(), tid, take_frame, &walk);
  return walk.addresses;
}

}  // namespace watertight::blame
