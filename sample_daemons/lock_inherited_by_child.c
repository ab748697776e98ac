// SPDX-License-Identifier: Apache-2.0
//
// Holds a PID file and runs a program.
// Flaw: the lock is open in the program too, and outlives a daemon that was killed: as long as the
// program runs, no instance can start. Run: lock_inherited_by_child PIDFILE [PORT]
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "line_server.h"
#include "pid_file.h"
#include "stop_signals.h"

static pid_t run_a_program(void) {
  pid_t program = fork();
  if (program == -1) fail("fork");
  if (program > 0) return program;
  let_stop_signals_through();
  execlp("sleep", "sleep", "600", (char *)NULL);
  _exit(127);
}

int main(int argc, char **argv) {
  if (argc < 2) usage("PIDFILE [PORT]");
  hold_stop_signals();
  int file = lock_pid_file(argv[1]);
  if (file == -1) give_way(argv[1]);
  fcntl(file, F_SETFD, 0);  // As open() leaves it without O_CLOEXEC.
  remove_at_exit(file, argv[1]);
  write_pid(file, getpid());
  int listener = argc > 2 ? listen_at(argv[2]) : -1;
  pid_t program = run_a_program();
  serve(listener, (struct Service){0});
  kill(program, SIGKILL);
  waitpid(program, NULL, 0);
  if (listener != -1) close(listener);
  return 0;
}
