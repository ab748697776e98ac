// SPDX-License-Identifier: Apache-2.0
// double_fork [PID_FILE]: daemonizes as daemon(7) says, then waits for SIGTERM and exits with 7.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void end(int signal_number) {
  (void)signal_number;
  _exit(7);
}

int main(int argc, char** argv) {
  if (fork() != 0) return 0;
  setsid();
  if (fork() != 0) return 0;
  signal(SIGTERM, end);
  if (argc > 1) {
    FILE* file = fopen(argv[1], "w");
    if (file == NULL) return 1;
    fprintf(file, "%d\n", getpid());
    fclose(file);
  }
  for (;;) pause();
}
