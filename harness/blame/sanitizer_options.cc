// SPDX-License-Identifier: Apache-2.0
#include "blame/sanitizer_options.h"

#include <vector>

namespace watertight::blame {
namespace {

// sanitizer_flag_parser.cpp of compiler-rt
constexpr std::string_view kSeparators = " ,:\n\t\r";

struct Option {
  std::string name, value;
};

std::vector<Option> parse(std::string_view text) {
  std::vector<Option> options;
  while (true) {
    const std::size_t start = text.find_first_not_of(kSeparators);
    if (start == std::string_view::npos) return options;
    text.remove_prefix(start);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) return options;  // The sanitizer will complain.
    Option option{std::string(text.substr(0, equals)), ""};
    text.remove_prefix(equals + 1);
    const bool is_quoted = text.starts_with('"') || text.starts_with('\'');
    const std::size_t end = is_quoted ? text.find(text[0], 1) : text.find_first_of(kSeparators);
    option.value = text.substr(is_quoted, end == std::string_view::npos ? end : end - is_quoted);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + is_quoted);
    options.push_back(std::move(option));
  }
}

std::string quoted(const std::string& value) {
  return value.find_first_of(kSeparators) == std::string::npos ? value : "'" + value + "'";
}

}  // namespace

std::optional<std::string> find_option(std::string_view options, std::string_view name) {
  std::optional<std::string> value;
  for (Option& option : parse(options))
    if (option.name == name) value = std::move(option.value);
  return value;
}

std::string merge_options(std::string_view users, const std::map<std::string, std::string>& ours) {
  std::string merged(users);
  for (const auto& [name, value] : ours) {
    if (find_option(users, name)) continue;
    if (!merged.empty()) merged += ':';
    merged += name + '=' + quoted(value);
  }
  return merged;
}

void set_sanitizer_options(std::map<std::string, std::string>& environment,
                           const std::map<std::string, std::string>& inherited,
                           const std::string& log_path) {
  using Options = std::map<std::string, std::string>;
  const std::pair<const char*, Options> needs[] = {
      // Freed blocks stay in a quarantine of 256 MiB, which grows with the operations.
      {"ASAN_OPTIONS", {{"log_path", log_path}, {"quarantine_size_mb", "1"}}},
      {"LSAN_OPTIONS", {{"log_path", log_path}}},
      {"TSAN_OPTIONS", {{"log_path", log_path}, {"halt_on_error", "0"}}},
      {"UBSAN_OPTIONS", {{"log_path", log_path}, {"print_stacktrace", "1"}}}};
  for (const auto& [variable, options] : needs) {
    const auto own = environment.find(variable);
    const auto outer = inherited.find(variable);
    const std::string users = own != environment.end()   ? own->second
                              : outer != inherited.end() ? outer->second
                                                         : "";
    environment.insert_or_assign(variable, merge_options(users, options));
  }
}

}  // namespace watertight::blame
