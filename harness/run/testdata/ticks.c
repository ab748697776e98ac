// SPDX-License-Identifier: Apache-2.0
//
// A daemon whose loop waits 50 ms a turn, by a call that libfaketime reaches or by one that it does
// not. Run: ticks nanosleep|poll|setitimer|sem_timedwait
#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define PERIOD_NS 50000000L

static void by_nanosleep(void) {
  struct timespec period = {0, PERIOD_NS};
  for (;;) nanosleep(&period, NULL);
}

static void by_poll(void) {
  for (;;) poll(NULL, 0, PERIOD_NS / 1000000);
}

static void on_alarm(int signal) { (void)signal; }

static void by_setitimer(void) {
  struct sigaction action = {.sa_handler = on_alarm};
  struct itimerval timer = {{0, PERIOD_NS / 1000}, {0, PERIOD_NS / 1000}};
  sigaction(SIGALRM, &action, NULL);
  setitimer(ITIMER_REAL, &timer, NULL);
  for (;;) pause();
}

static void by_sem_timedwait(void) {
  sem_t never;
  sem_init(&never, 0, 0);
  for (;;) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += PERIOD_NS;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    sem_timedwait(&never, &until);
  }
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "nanosleep") == 0) by_nanosleep();
  if (argc == 2 && strcmp(argv[1], "poll") == 0) by_poll();
  if (argc == 2 && strcmp(argv[1], "setitimer") == 0) by_setitimer();
  if (argc == 2 && strcmp(argv[1], "sem_timedwait") == 0) by_sem_timedwait();
  fprintf(stderr, "usage: ticks nanosleep|poll|setitimer|sem_timedwait\n");
  return 2;
}
