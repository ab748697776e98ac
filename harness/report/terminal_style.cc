// SPDX-License-Identifier: Apache-2.0
#include "posix/terminal.h"
#include "report/terminal.h"
#include "report/text.h"

#include <watertight/error.h>

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace watertight::report {
namespace {

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0' && std::string_view(value) != "0";
}

bool wants_color(bool is_terminal, std::string_view option) {
  if (option == "always") return true;
  if (option == "never") return false;
  if (option != "auto") {
    throw ScenarioError(
        fmt::format("--color: '{}' is none of auto, always, never", printable(option)));
  }
  if (const char* no_color = std::getenv("NO_COLOR"); no_color != nullptr && *no_color != '\0') {
    return false;  // https://no-color.org: any value, `0` included
  }
  if (is_set("FORCE_COLOR") || is_set("CLICOLOR_FORCE")) return true;
  const char* term = std::getenv("TERM");
  return is_terminal && term != nullptr && std::string_view(term) != "dumb";
}

// The first locale variable that is set decides (locale(7)).
bool is_utf8_locale() {
  for (const char* variable : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(variable);
    if (value == nullptr || *value == '\0') continue;
    return strcasestr(value, "utf-8") != nullptr || strcasestr(value, "utf8") != nullptr;
  }
  return false;
}

std::optional<unsigned> columns_of_environment() {
  const char* value = std::getenv("COLUMNS");
  if (value == nullptr) return std::nullopt;
  unsigned columns = 0;
  const char* end = value + std::strlen(value);
  const auto [rest, error] = std::from_chars(value, end, columns);
  if (error != std::errc() || rest != end || columns == 0) return std::nullopt;
  return columns;
}

}  // namespace

TerminalStyle detect_style(int fd, std::string_view color_option) {
  constexpr unsigned kColumnsOfLogs = 100;
  const bool is_terminal = posix::is_terminal(fd);
  TerminalStyle style;
  style.is_colored = wants_color(is_terminal, color_option);
  style.is_utf8 = is_utf8_locale();
  if (const auto size = posix::terminal_size(fd)) {
    style.columns = size->columns;
    style.rows = size->rows;
  } else {
    style.columns = columns_of_environment().value_or(is_terminal ? style.columns : kColumnsOfLogs);
  }
  if (is_terminal) style.fd = fd;
  return style;
}

}  // namespace watertight::report
