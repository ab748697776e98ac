// SPDX-License-Identifier: Apache-2.0
//
// Answers each line with the time; SIGUSR1 makes it note the time.
// Flaw: the handler calls localtime(3), which takes a lock. A signal that comes while the loop is
// in there waits for itself. Run: stamps_in_handler PORT|PATH
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "line_server.h"

enum { kStamps = 200 };  // A line of log for each part of the answer.
static struct tm noted;

static void note(int number) {
  time_t now = time(NULL);
  (void)number;
  noted = *localtime(&now);
}

static const char *stamp(const char *line) {
  static char answer[32];
  time_t now = time(NULL);
  (void)line;
  for (int i = 0; i < kStamps; ++i) strftime(answer, sizeof answer, "%T\n", localtime(&now));
  return answer;
}

int main(int argc, char **argv) {
  (void)argc;
  struct sigaction action = {.sa_handler = note};
  sigaction(SIGUSR1, &action, NULL);
  int listener = listen_at(argv[1]);
  serve(listener, (struct Service){.on_line = stamp});
  close(listener);
  return 0;
}
