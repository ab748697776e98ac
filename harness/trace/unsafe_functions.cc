// SPDX-License-Identifier: Apache-2.0
#include "trace/functions.h"

#include <algorithm>
#include <iterator>

namespace watertight::trace {
namespace {

/// What daemons call in handlers though signal-safety(7) does not name it. Sorted.
constexpr std::string_view kUnsafe[] = {"aligned_alloc",
                                        "asctime",
                                        "asctime_r",
                                        "asprintf",
                                        "atexit",
                                        "backtrace",
                                        "backtrace_symbols",
                                        "calloc",
                                        "closedir",
                                        "closelog",
                                        "ctime",
                                        "ctime_r",
                                        "dlclose",
                                        "dlopen",
                                        "dlsym",
                                        "dprintf",
                                        "exit",
                                        "fclose",
                                        "fdopen",
                                        "fflush",
                                        "fgets",
                                        "fopen",
                                        "fopen64",
                                        "fprintf",
                                        "fputc",
                                        "fputs",
                                        "fread",
                                        "free",
                                        "freeaddrinfo",
                                        "fscanf",
                                        "fwrite",
                                        "getaddrinfo",
                                        "getgrgid",
                                        "getgrnam",
                                        "gethostbyname",
                                        "getpwnam",
                                        "getpwuid",
                                        "gmtime",
                                        "localtime",
                                        "localtime_r",
                                        "malloc",
                                        "mktime",
                                        "opendir",
                                        "openlog",
                                        "pclose",
                                        "perror",
                                        "popen",
                                        "posix_memalign",
                                        "printf",
                                        "psignal",
                                        "pthread_cond_broadcast",
                                        "pthread_cond_signal",
                                        "pthread_cond_timedwait",
                                        "pthread_cond_wait",
                                        "pthread_create",
                                        "pthread_join",
                                        "pthread_mutex_lock",
                                        "pthread_mutex_unlock",
                                        "pthread_rwlock_rdlock",
                                        "pthread_rwlock_wrlock",
                                        "putchar",
                                        "putenv",
                                        "puts",
                                        "rand",
                                        "random",
                                        "readdir",
                                        "realloc",
                                        "sem_wait",
                                        "setenv",
                                        "setlocale",
                                        "snprintf",
                                        "sprintf",
                                        "srand",
                                        "strdup",
                                        "strerror",
                                        "strftime",
                                        "strsignal",
                                        "syslog",
                                        "system",
                                        "tmpfile",
                                        "tzset",
                                        "unsetenv",
                                        "vasprintf",
                                        "vdprintf",
                                        "vfprintf",
                                        "vprintf",
                                        "vsnprintf",
                                        "vsprintf",
                                        "vsyslog"};
static_assert(std::ranges::is_sorted(kUnsafe));

struct Mangled {
  std::string_view prefix, plain;
};
constexpr Mangled kOperators[] = {{"_Znw", "operator new"},
                                  {"_Zna", "operator new[]"},
                                  {"_Zdl", "operator delete"},
                                  {"_Zda", "operator delete[]"}};

constexpr std::string_view kJumps[] = {"longjmp", "siglongjmp", "_longjmp", "longjmp_chk"};

}  // namespace

std::string plain_name(std::string_view name) {
  for (const Mangled& one : kOperators)
    if (name.starts_with(one.prefix)) return std::string(one.plain);
  if (name.starts_with("__") && name.ends_with("_chk"))  // With _FORTIFY_SOURCE.
    return std::string(name.substr(2, name.size() - 6));
  return std::string(name);
}

bool is_unsafe_in_handler(std::string_view name) {
  if (std::ranges::any_of(kOperators,
                          [name](const Mangled& one) { return name.starts_with(one.prefix); }))
    return true;
  return std::ranges::binary_search(kUnsafe, std::string_view(plain_name(name)));
}

bool is_jump(std::string_view name) {
  const std::string plain = plain_name(name);
  return std::ranges::find(kJumps, plain) != std::end(kJumps);
}

}  // namespace watertight::trace
