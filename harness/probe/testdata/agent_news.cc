// SPDX-License-Identifier: Apache-2.0
//
// Every form of operator new and delete, called as `NAME up` and `NAME down` ask for it. Run under
// the agent, by itself and with jemalloc, whose operators do not call malloc.
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <new>

namespace {

constexpr std::size_t kBytes = 100;
constexpr std::align_val_t kAlignment{64};
void* block;

struct Form {
  const char* name;
  void (*up)();
  void (*down)();
};

const Form kForms[] = {
    {"plain", [] { block = ::operator new(kBytes); }, [] { ::operator delete(block); }},
    {"array", [] { block = ::operator new[](kBytes); }, [] { ::operator delete[](block); }},
    {"sized", [] { block = ::operator new(kBytes); }, [] { ::operator delete(block, kBytes); }},
    {"sized_array", [] { block = ::operator new[](kBytes); },
     [] { ::operator delete[](block, kBytes); }},
    {"nothrow", [] { block = ::operator new(kBytes, std::nothrow); },
     [] { ::operator delete(block, std::nothrow); }},
    {"nothrow_array", [] { block = ::operator new[](kBytes, std::nothrow); },
     [] { ::operator delete[](block, std::nothrow); }},
    {"aligned", [] { block = ::operator new(kBytes, kAlignment); },
     [] { ::operator delete(block, kAlignment); }},
    {"aligned_array", [] { block = ::operator new[](kBytes, kAlignment); },
     [] { ::operator delete[](block, kAlignment); }},
    {"aligned_sized", [] { block = ::operator new(kBytes, kAlignment); },
     [] { ::operator delete(block, kBytes, kAlignment); }},
    {"aligned_sized_array", [] { block = ::operator new[](kBytes, kAlignment); },
     [] { ::operator delete[](block, kBytes, kAlignment); }},
    {"aligned_nothrow", [] { block = ::operator new(kBytes, kAlignment, std::nothrow); },
     [] { ::operator delete(block, kAlignment, std::nothrow); }},
    {"aligned_nothrow_array", [] { block = ::operator new[](kBytes, kAlignment, std::nothrow); },
     [] { ::operator delete[](block, kAlignment, std::nothrow); }},
    {"after_bad_alloc",
     [] {
       volatile std::size_t too_much = std::size_t{1} << 62;
       try {
         block = ::operator new(too_much);
       } catch (const std::bad_alloc&) {
         block = ::operator new(kBytes);
       }
     },
     [] { ::operator delete(block); }},
};

bool take(const char* name, const char* direction) {
  for (const Form& form : kForms) {
    if (std::strcmp(form.name, name) != 0) continue;
    (std::strcmp(direction, "up") == 0 ? form.up : form.down)();
    return true;
  }
  return false;
}

}  // namespace

int main() {
  char line[64], name[64], direction[64];
  ssize_t size = 0;
  while ((size = ::read(0, line, sizeof line - 1)) > 0) {
    line[size] = '\0';
    if (std::sscanf(line, "%63s %63s", name, direction) != 2) return 1;
    const char* answer = take(name, direction) ? "done\n" : "failed\n";
    if (::write(1, answer, std::strlen(answer)) < 0) return 1;
  }
}
