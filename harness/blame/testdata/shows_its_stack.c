// SPDX-License-Identifier: Apache-2.0
#include "blame/testdata/show_stack.h"

__attribute__((noinline)) void culprit(void) {
  show_stack();  // in culprit
  NOT_A_TAIL_CALL;
}

static inline __attribute__((always_inline)) void inlined(void) {
  culprit();  // in inlined
  NOT_A_TAIL_CALL;
}

__attribute__((noinline)) void caller(void) {
  inlined();  // in caller
  NOT_A_TAIL_CALL;
}

int main(void) {
  show_maps();
  caller();
  return 0;
}
