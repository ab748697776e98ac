// SPDX-License-Identifier: Apache-2.0
//
// Has the name of another allocator in it, as a program that is linked with it does.
#include <stdio.h>

int main(void) {
  puts("libjemalloc.so.2");
  return 0;
}
