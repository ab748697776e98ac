// SPDX-License-Identifier: Apache-2.0
#include "poll_loop.h"

#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "line_server.h"

enum { kMostClients = 64, kTurn = 200 };

volatile sig_atomic_t is_told;

// [0] is the listener; poll(2) passes over an entry of -1.
static struct pollfd descriptors[1 + kMostClients];
static nfds_t clients;

static void tell(int number) {
  (void)number;
  is_told = 1;
}

static void catch_stop_signals(void) {
  struct sigaction action = {.sa_handler = tell};  // Without SA_RESTART: it ends a wait.
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
}

static void welcome(void) {
  if (clients == kMostClients) return;
  int client = accept4(descriptors[0].fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (client == -1) return;
  descriptors[1 + clients++] = (struct pollfd){.fd = client, .events = POLLIN};
}

static void hang_up(nfds_t number) {
  close(descriptors[1 + number].fd);
  descriptors[1 + number] = descriptors[clients--];
}

// A little at a time, so that who sends much is never done with.
static void listen_to(nfds_t number) {
  char bytes[16];
  int client = descriptors[1 + number].fd;
  ssize_t received = read(client, bytes, sizeof bytes);
  if (received <= 0) {
    hang_up(number);
    return;
  }
  for (ssize_t i = 0; i < received; ++i) {
    if (bytes[i] == '\n') send(client, "ok\n", 3, MSG_NOSIGNAL);
  }
}

static int wait_a_turn(struct pollfd *all, nfds_t count) { return poll(all, count, kTurn); }

static int has_been_told(int ready, nfds_t connected) {
  (void)ready, (void)connected;
  return is_told;
}

void close_the_door(void) {
  if (descriptors[0].fd != -1) close(descriptors[0].fd);
  descriptors[0].fd = -1;
}

unsigned long time_since_told(void) {
  static struct timespec told;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (told.tv_sec == 0 && told.tv_nsec == 0) told = now;
  return (unsigned long)((now.tv_sec - told.tv_sec) * 1000 +
                         (now.tv_nsec - told.tv_nsec) / 1000000);
}

void poll_serve(int listener, struct Loop loop) {
  if (loop.wait == NULL) loop.wait = wait_a_turn;
  if (loop.is_over == NULL) loop.is_over = has_been_told;
  catch_stop_signals();
  descriptors[0] = (struct pollfd){.fd = listener, .events = POLLIN};
  for (;;) {
    int ready = loop.wait(descriptors, 1 + clients);
    if (loop.is_over(ready, clients)) break;
    if (ready <= 0) continue;
    for (nfds_t i = clients; i > 0; --i) {
      if (descriptors[i].revents != 0) listen_to(i - 1);
    }
    if (descriptors[0].revents != 0) welcome();
  }
  while (clients > 0) hang_up(clients - 1);
  close_the_door();
}
