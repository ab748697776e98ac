// SPDX-License-Identifier: Apache-2.0
#include "blame/testdata/show_stack.h"

namespace server {

template <typename T>
struct Session {
  __attribute__((noinline)) void on_request(T) {
    show_stack();  // in on_request
    NOT_A_TAIL_CALL;
  }
};

}  // namespace server

int main() {
  show_maps();
  server::Session<int>().on_request(1);
  return 0;
}
