// SPDX-License-Identifier: Apache-2.0
#include "report/blame_lines.h"
#include "report/html_parts.h"
#include "report/markup.h"
#include "report/quantity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace watertight::report {
namespace {

/// Levels of a stack that are told, from the culprit outwards.
constexpr std::size_t kMostLevels = 16;

/// Stacks that share their outer calls, merged.
struct Call {
  std::string frame;
  double share = 0;
  std::vector<Call> calls = {};
};

Call& callee(Call& caller, const std::string& frame) {
  const auto found = std::ranges::find(caller.calls, frame, &Call::frame);
  return found != caller.calls.end() ? *found : caller.calls.emplace_back(Call{.frame = frame});
}

bool has_weight(const Blame& site) {
  return !site.frames.empty() && std::isfinite(site.share) && site.share > 0;
}

Call merge(const std::vector<Blame>& blame) {
  Call root;
  for (const Blame& site : blame) {
    if (!has_weight(site)) continue;
    Call* call = &root;
    for (std::size_t level = std::min(site.frames.size(), kMostLevels); level-- > 0;) {
      call = &callee(*call, describe_frame(site.frames[level]));
      call->share += site.share;
    }
  }
  return root;
}

std::string percent(double share) { return fmt::format("{:.0f} %", 100 * share); }

void write_calls(const std::vector<Call>& calls, std::ostream& out) {
  if (calls.empty()) return;
  out << "<ul>";
  for (const Call& call : calls) {
    const std::string frame = markup(call.frame);
    out << fmt::format("<li style=\"flex-grow:{:.4f}\"><span title=\"{}\">{} <i>{}</i></span>",
                       call.share, frame, frame, percent(call.share));
    write_calls(call.calls, out);
    out << "</li>";
  }
  out << "</ul>\n";
}

/// The file as the compiler wrote it down, where describe_frame() has its last part.
std::string place_of(const Frame& frame) {
  if (!frame.file.empty())
    return frame.line > 0 ? fmt::format("{}:{}", frame.file, frame.line) : frame.file;
  return frame.module.empty() ? "" : fmt::format("{}+{:#x}", frame.module, frame.offset);
}

void write_frame(const Frame& frame, std::ostream& out) {
  out << fmt::format("<code title=\"{}\">{}</code>", markup(place_of(frame)),
                     markup(describe_frame(frame)));
}

void write_stack(const std::vector<Frame>& frames, std::ostream& out) {
  if (frames.empty()) return;
  out << "<b>";
  write_frame(frames.front(), out);
  out << "</b>";
  const std::size_t levels = std::min(frames.size(), kMostLevels);
  if (levels < 2) return;
  out << "<details><summary>called by " << markup(describe_frame(frames[1])) << "</summary><ol>";
  for (std::size_t level = 1; level < levels; ++level) {
    out << "<li>";
    write_frame(frames[level], out);
    out << "</li>";
  }
  if (levels < frames.size()) out << "<li>…</li>";
  out << "</ol></details>";
}

}  // namespace

void write_html_blame(const std::vector<Blame>& blame, std::ostream& out) {
  if (blame.empty()) return;
  const bool has_icicle = std::ranges::count_if(blame, has_weight) > 1;
  if (has_icicle) {
    out << "<div class=\"beside\">\n";
    out << "<div class=\"icicle\" role=\"group\" aria-label=\"Calls, outermost first\">\n";
    write_calls(merge(blame).calls, out);
    out << "</div>\n";
  }
  out << "<div class=\"wide\"><table class=\"blame\"><caption>Who is to blame</caption><thead><tr>"
      << "<th scope=\"col\">share</th><th scope=\"col\">count</th><th scope=\"col\">what</th>"
      << "<th scope=\"col\">where</th></tr></thead><tbody>\n";
  for (const Blame& site : blame) {
    out << fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>",
                       std::isfinite(site.share) ? percent(site.share) : "",
                       markup_of_prose(format_count(static_cast<double>(site.count))),
                       markup_of_prose(site.what));
    write_stack(site.frames, out);
    out << "</td></tr>\n";
  }
  out << "</tbody></table></div>\n" << (has_icicle ? "</div>\n" : "");
}

void write_html_stacks(const std::vector<ThreadStack>& stacks, std::ostream& out) {
  if (stacks.empty()) return;
  out << "<div class=\"wide\"><table class=\"stacks\"><caption>Where its threads were</caption>"
      << "<thead><tr><th scope=\"col\">thread</th><th scope=\"col\">where</th></tr></thead>"
      << "<tbody>\n";
  for (const ThreadStack& stack : stacks) {
    out << "<tr><td>" << markup(describe_thread(stack)) << "</td><td>";
    write_stack(stack.frames, out);
    out << "</td></tr>\n";
  }
  out << "</tbody></table></div>\n";
}

}  // namespace watertight::report
