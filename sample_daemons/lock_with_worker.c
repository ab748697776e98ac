// SPDX-License-Identifier: Apache-2.0
//
// Holds a PID file and runs a program.
// Clean: the lock is closed on exec, and the program ends with the daemon, killed or not. (A near
// miss of lock_inherited_by_child.) Run: lock_with_worker PIDFILE [PORT]
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "line_server.h"
#include "pid_file.h"
#include "stop_signals.h"

static pid_t run_a_program(void) {
  pid_t program = fork();
  if (program == -1) fail("fork");
  if (program > 0) return program;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  let_stop_signals_through();
  execlp("sleep", "sleep", "600", (char *)NULL);
  _exit(127);
}

int main(int argc, char **argv) {
  if (argc < 2) usage("PIDFILE [PORT]");
  hold_stop_signals();
  hold_pid_file(argv[1]);
  int listener = argc > 2 ? listen_at(argv[2]) : -1;
  pid_t program = run_a_program();
  serve(listener, (struct Service){0});
  kill(program, SIGKILL);
  waitpid(program, NULL, 0);
  if (listener != -1) close(listener);
  return 0;
}
