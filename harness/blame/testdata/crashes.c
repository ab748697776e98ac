// SPDX-License-Identifier: Apache-2.0
//
// SIGUSR1 lets a thread of it die: `segv` by a write to nowhere, `abort` by abort(3), `handled` by
// the write, whose signal a handler takes down before it lets it end the process, `exit` in peace.
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *manner;
static int *volatile nowhere;

__attribute__((noinline)) static void die_here(void) {
  if (!strcmp(manner, "exit")) _exit(0);
  if (!strcmp(manner, "abort")) abort();  // in die_here by abort
  *nowhere = 1;                           // in die_here
}

__attribute__((noinline)) static void *work(void *until) {
  int signal = 0;
  sigwait(until, &signal);
  die_here();
  __asm__ volatile("");
  return until;
}

static void take_down(int signal) {
  static const char kWords[] = "crashed\n";
  (void)!write(STDERR_FILENO, kWords, sizeof kWords - 1);
  struct sigaction action = {.sa_handler = SIG_DFL};
  sigaction(signal, &action, NULL);
  raise(signal);
}

int main(int argc, char **argv) {
  manner = argc > 1 ? argv[1] : "segv";
  if (!strcmp(manner, "handled")) {
    struct sigaction action = {.sa_handler = take_down};
    sigaction(SIGSEGV, &action, NULL);
  }
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  pthread_t worker;
  pthread_create(&worker, NULL, work, &set);
  pthread_join(worker, NULL);
  return 0;
}
