// SPDX-License-Identifier: Apache-2.0
#include "configuration.h"

#include <errno.h>
#include <stdio.h>

int read_configuration(const char *path, char answer[kLongestAnswer]) {
  FILE *file = fopen(path, "re");
  if (file == NULL) return -1;
  char word[kLongestAnswer - 1];
  int has_word = fscanf(file, "answer = %62s", word) == 1;
  fclose(file);
  if (!has_word) {
    errno = EINVAL;
    return -1;
  }
  snprintf(answer, kLongestAnswer, "%s\n", word);
  return 0;
}
