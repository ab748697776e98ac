// SPDX-License-Identifier: Apache-2.0
//
// Answers each line with the time; SIGUSR1 makes it note the time.
// Clean: the handler sets a flag, and the loop calls localtime(3). (A near miss of
// stamps_in_handler.)
// Run: stamps_in_loop PORT|PATH
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "line_server.h"

enum { kStamps = 200 };  // A line of log for each part of the answer.
static volatile sig_atomic_t is_to_note;
static struct tm noted;

static void remember(int number) {
  (void)number;
  is_to_note = 1;
}

static const char *stamp(const char *line) {
  static char answer[32];
  time_t now = time(NULL);
  (void)line;
  if (is_to_note) noted = *localtime(&now);
  is_to_note = 0;
  for (int i = 0; i < kStamps; ++i) strftime(answer, sizeof answer, "%T\n", localtime(&now));
  return answer;
}

int main(int argc, char **argv) {
  (void)argc;
  struct sigaction action = {.sa_handler = remember};
  sigaction(SIGUSR1, &action, NULL);
  int listener = listen_at(argv[1]);
  serve(listener, (struct Service){.on_line = stamp});
  close(listener);
  return 0;
}
