// SPDX-License-Identifier: Apache-2.0
#include "blame/fingerprint.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdint>

namespace watertight::blame {
namespace {

constexpr std::size_t kMostFrames = 8;

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool is_hex_digit(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }

class Hash {
 public:
  void add(std::string_view text) {
    for (const char c : text) add(static_cast<unsigned char>(c));
    add(0);  // A boundary: "ab" and "c" are not "a" and "bc".
  }
  std::string digits() const { return fmt::format("{:016x}", value_); }

 private:
  void add(unsigned char byte) { value_ = (value_ ^ byte) * 0x100000001b3; }
  std::uint64_t value_ = 0xcbf29ce484222325;
};

/// Where a clone's suffix or a symbol version begins; the end where there is none.
std::size_t end_of_name(std::string_view name) {
  const std::size_t version = name.find('@');
  for (const std::string_view suffix :
       {".part.", ".constprop.", ".isra.", ".cold", ".lto_priv.", ".llvm.", ".clone."}) {
    if (const std::size_t at = name.find(suffix); at != std::string_view::npos && at > 0)
      return std::min({at, version, name.size()});
  }
  return std::min(version, name.size());
}

bool is_operator_before(std::string_view name, std::size_t at) {
  const std::string_view before = name.substr(0, at);
  return before.ends_with("operator") || before.ends_with("operator<") ||
         before.ends_with("operator-") || before.ends_with("operator>") ||
         before.ends_with("operator(");
}

/// Where the bracket that opens at `open` closes; the end where it does not.
std::size_t closing(std::string_view name, std::size_t open) {
  const char opener = name[open];
  const char closer = opener == '<' ? '>' : opener == '(' ? ')' : ']';
  int depth = 0;
  for (std::size_t i = open; i < name.size(); ++i) {
    if (name[i] == opener) ++depth;
    if (name[i] == closer && !(i > 0 && name[i - 1] == '-') && --depth == 0) return i;
  }
  return name.size();
}

/// `::h0123456789abcdef`, with which older Rust compilers end a name.
std::string_view without_rust_hash(std::string_view name) {
  constexpr std::size_t kLength = 19;
  if (name.size() < kLength) return name;
  const std::string_view tail = name.substr(name.size() - kLength);
  const bool is_hash = tail.starts_with("::h") && std::ranges::all_of(tail.substr(3), is_hex_digit);
  return is_hash ? name.substr(0, name.size() - kLength) : name;
}

bool is_anonymous_namespace(std::string_view bracket) { return bracket == "(anonymous namespace)"; }

}  // namespace

std::string normalize_function(std::string_view name) {
  name = without_rust_hash(name.substr(0, end_of_name(name)));
  std::string normal;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (c == '#') {  // {lambda()#1}, {closure#0}
      while (i + 1 < name.size() && is_digit(name[i + 1])) ++i;
      continue;
    }
    if ((c != '<' && c != '(' && c != '[') || is_operator_before(name, i)) {
      normal += c;
      continue;
    }
    const std::size_t end = closing(name, i);
    if (is_anonymous_namespace(name.substr(i, end - i + 1))) normal += "{anonymous}";
    // `<impl Trait for Type>::f` begins with what tells it from others.
    else if (c == '<' && normal.empty())
      normal += name.substr(i, end - i + 1);
    i = end;
  }
  while (normal.ends_with("::")) normal.resize(normal.size() - 2);
  return normal;
}

std::string fingerprint(std::string_view kind, const std::vector<Frame>& stack) {
  Hash hash;
  hash.add(kind);
  const std::vector<Frame> culprits = from_the_culprit(stack);
  for (std::size_t i = 0; i < std::min(kMostFrames, culprits.size()); ++i) {
    const std::string_view module = culprits[i].module;
    hash.add(module.substr(module.rfind('/') + 1));
    hash.add(normalize_function(culprits[i].function));
  }
  return hash.digits();
}

}  // namespace watertight::blame
