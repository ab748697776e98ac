// SPDX-License-Identifier: Apache-2.0
#include "blame/valgrind_xml.h"

#include "proc/text.h"

#include <fmt/format.h>
#include <pugixml.hpp>

#include <string>

namespace watertight::blame {
namespace {

using pugi::xml_node;

Finding::Kind kind_of(std::string_view word) {
  using Kind = Finding::Kind;
  if (word == "Leak_StillReachable") return Kind::kReachable;
  if (word.starts_with("Leak_")) return Kind::kLeak;
  if (word == "FdNotClosed") return Kind::kDescriptor;
  if (word.find("Race") != std::string_view::npos) return Kind::kRace;
  if (word.starts_with("Fd")) return Kind::kUndefined;
  return Kind::kMemory;
}

void add_frame(const xml_node& node, Finding& finding) {
  Frame frame;
  frame.function = node.child_value("fn");
  const std::string folder = node.child_value("dir");
  frame.file = node.child_value("file");
  if (!folder.empty() && !frame.file.starts_with('/')) frame.file = folder + "/" + frame.file;
  frame.line = node.child("line").text().as_int();
  frame.module = node.child_value("obj");
  finding.stack.push_back(frame);
  const std::string_view address = node.child_value("ip");
  finding.addresses.push_back(
      address.starts_with("0x")
          ? proc::parse_number<std::uint64_t>(address.substr(2), 16).value_or(0)
          : 0);
}

void add_stack(const xml_node& stack, Finding& finding) {
  for (const xml_node& frame : stack.children("frame")) add_frame(frame, finding);
}

Finding finding_of(const xml_node& error) {
  Finding finding;
  finding.tool_kind = error.child_value("kind");
  finding.kind = kind_of(finding.tool_kind);
  const xml_node extended = error.child("xwhat");
  finding.what = extended ? extended.child_value("text") : error.child_value("what");
  finding.bytes = extended.child("leakedbytes").text().as_ullong();
  finding.blocks = extended.child("leakedblocks").text().as_ullong(1);
  finding.fd = error.child("fd").text().as_int(-1);
  const std::string path = error.child_value("path");
  if (finding.kind == Finding::Kind::kDescriptor && finding.what.empty())
    finding.what = fmt::format("Open file descriptor {}: {}", finding.fd, path);
  add_stack(error.child("stack"), finding);
  return finding;
}

/// Whether the text ends within a node. Only the last one can be, of a file that does not parse.
bool is_cut_off(const xml_node& node, std::string_view text) {
  const auto start = static_cast<std::size_t>(node.offset_debug());
  return !node.next_sibling() &&
         text.find(fmt::format("</{}>", node.name()), start) == std::string_view::npos;
}

}  // namespace

ValgrindReport parse_valgrind_xml(std::string_view text) {
  pugi::xml_document document;
  const auto parsed = document.load_buffer(text.data(), text.size());
  const xml_node root = document.child("valgrindoutput");
  ValgrindReport report;
  report.protocol = root.child("protocolversion").text().as_int();
  for (const xml_node& node : root.children()) {
    const std::string_view name = node.name();
    if (name == "status" && std::string_view(node.child_value("state")) == "FINISHED")
      report.is_complete = true;
    if (!parsed && is_cut_off(node, text)) continue;
    if (name == "error") report.findings.push_back(finding_of(node));
    if (name == "stack") {
      Finding finding;
      finding.kind = Finding::Kind::kDescriptor;
      finding.tool_kind = "FdNotClosed";
      finding.what = "Open file descriptor";
      finding.blocks = 1;
      add_stack(node, finding);
      report.findings.push_back(finding);
    }
  }
  return report;
}

}  // namespace watertight::blame
