// SPDX-License-Identifier: Apache-2.0
#include "blame/finding.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace watertight::blame {
namespace {

/// Beginnings of the names of libraries that hand out what others ask for.
constexpr std::array<std::string_view, 15> kServants = {"vgpreload_",   "libc.so",
                                                        "libc-",        "ld-linux",
                                                        "libpthread",   "libstdc++",
                                                        "libasan.so",   "liblsan.so",
                                                        "libtsan.so",   "libubsan.so",
                                                        "libclang_rt.", "libjemalloc",
                                                        "libtcmalloc",  "libwatertight-agent",
                                                        "libc++.so"};

/// The same where they are linked into the program itself, as sanitizers are.
constexpr std::array<std::string_view, 30> kServices = {
    "malloc",       "calloc",   "realloc",        "reallocarray",  "strdup",
    "strndup",      "memalign", "posix_memalign", "aligned_alloc", "valloc",
    "operator new", "open",     "open64",         "openat",        "creat",
    "socket",       "accept",   "accept4",        "dup",           "dup2",
    "pipe",         "pipe2",    "epoll_create1",  "eventfd",       "pthread_create",
    "asprintf",     "getline",  "fopen",          "fopen64",       "getdelim"};

constexpr std::array<std::string_view, 4> kWrappers = {"__interceptor_", "___interceptor_",
                                                       "__wrap_", "__libc_"};

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool is_servant(const Frame& frame) {
  const std::string_view library = base_name(frame.module);
  std::string_view name = frame.function;
  if (std::ranges::any_of(kServants, [&](auto s) { return library.starts_with(s); })) return true;
  for (const std::string_view wrapper : kWrappers)
    if (name.starts_with(wrapper)) name.remove_prefix(wrapper.size());
  if (name.starts_with("operator new")) return true;
  if (name.starts_with("__sanitizer") || name.starts_with("__asan")) return true;
  return std::ranges::find(kServices, name) != kServices.end();
}

}  // namespace

std::vector<Frame> from_the_culprit(const std::vector<Frame>& stack) {
  const auto culprit = std::ranges::find_if_not(stack, is_servant);
  return culprit == stack.end() ? stack : std::vector<Frame>(culprit, stack.end());
}

}  // namespace watertight::blame
