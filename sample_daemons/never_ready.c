// SPDX-License-Identifier: Apache-2.0
//
// Flaw: it is busy for ever and never listens.
// Run: never_ready
int main(void) {
  for (volatile unsigned long turns = 0;; ++turns) continue;
}
