// SPDX-License-Identifier: Apache-2.0
#include "report/blame_lines.h"

#include "report/quantity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace watertight::report {
namespace {

constexpr std::size_t kMostSites = 3;
constexpr std::size_t kMostCallers = 4;
/// Of a thread that hangs: the innermost ones are the C library's.
constexpr std::size_t kMostWaiting = 7;

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string share_of(double share) {
  if (!std::isfinite(share)) return "";
  return share >= 0.995 ? "" : fmt::format("{:.0f} % of it ", 100 * share);
}

/// The innermost level and those that called it.
std::string describe_calls(const std::vector<Frame>& frames, std::size_t most_callers) {
  std::string line = describe_frame(frames.front());
  const std::size_t levels = std::min(frames.size(), 1 + most_callers);
  for (std::size_t i = 1; i < levels; ++i)
    line += (i == 1 ? ", called by " : ", ") + describe_frame(frames[i]);
  if (levels < frames.size()) line += ", ...";
  return line;
}

std::string describe_site(const Blame& blame) {
  std::string line = share_of(blame.share) + "by " + describe_calls(blame.frames, kMostCallers);
  if (!blame.what.empty())
    line += fmt::format(": +{} {}", format_count(static_cast<double>(blame.count)), blame.what);
  return line;
}

}  // namespace

std::string describe_frame(const Frame& frame) {
  if (!frame.function.empty() && !frame.file.empty())
    return frame.line > 0
               ? fmt::format("{} ({}:{})", frame.function, base_name(frame.file), frame.line)
               : fmt::format("{} ({})", frame.function, base_name(frame.file));
  if (!frame.function.empty())
    return frame.module.empty() ? frame.function
                                : fmt::format("{} in {}", frame.function, base_name(frame.module));
  return frame.module.empty() ? fmt::format("{:#x}", frame.offset)
                              : fmt::format("{}+{:#x}", base_name(frame.module), frame.offset);
}

std::string describe_thread(const ThreadStack& stack) {
  std::string text = fmt::format("{}thread {}", stack.tid == stack.pid ? "main " : "", stack.tid);
  if (!stack.name.empty()) text += fmt::format(" ({})", stack.name);
  if (stack.alike > 0) text += fmt::format(" and {} alike", stack.alike);
  return text;
}

std::vector<std::string> describe_stacks(const std::vector<ThreadStack>& stacks) {
  std::vector<std::string> lines;
  for (const ThreadStack& stack : stacks)
    if (!stack.frames.empty())
      lines.push_back(fmt::format("{}: in {}", describe_thread(stack),
                                  describe_calls(stack.frames, kMostWaiting)));
  return lines;
}

std::vector<std::string> describe_blame(const std::vector<Blame>& blame) {
  std::vector<std::string> lines;
  for (const Blame& site : blame) {
    if (site.frames.empty() || lines.size() == kMostSites) continue;
    lines.push_back(describe_site(site));
  }
  return lines;
}

}  // namespace watertight::report
