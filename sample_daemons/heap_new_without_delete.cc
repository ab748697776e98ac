// SPDX-License-Identifier: Apache-2.0
//
// Keeps the last request in an entry of its own, in C++.
// Flaw: nobody deletes the entry before. Run: heap_new_without_delete PORT|PATH
#include <cstring>

#define _Noreturn [[noreturn]]
extern "C" {
#include <line_server.h>
}

namespace store {

struct Entry {
  char text[64];
};

class Shelf {
 public:
  [[gnu::noinline]] void keep(const char* line) {
    last_ = new Entry;
    std::strncpy(last_->text, line, sizeof last_->text - 1);
  }

 private:
  Entry* last_ = nullptr;
};

}  // namespace store

static store::Shelf shelf;

static const char* on_line(const char* line) {
  shelf.keep(line);
  return "ok\n";
}

int main(int, char** argv) {
  Service service{};
  service.on_line = on_line;
  serve(listen_at(argv[1]), service);
}
