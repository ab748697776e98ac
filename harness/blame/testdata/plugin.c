// SPDX-License-Identifier: Apache-2.0
#include "blame/testdata/show_stack.h"

void work_of_plugin(void) {
  show_stack();  // in work_of_plugin
  NOT_A_TAIL_CALL;
}
