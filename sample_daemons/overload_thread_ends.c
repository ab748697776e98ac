// SPDX-License-Identifier: Apache-2.0
//
// Takes another thread when more than eight clients are connected.
// Clean: the thread ends when they have gone. (A near miss of overload_thread_stays.)
// Run: overload_thread_ends PORT|PATH
#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "line_server.h"

enum { kMany = 8 };
static int clients;
static int has_help;
static pthread_t helper;
static sem_t is_over;

static void *help(void *nothing) {
  while (sem_wait(&is_over) == -1) continue;
  return nothing;
}

static void answer(int client, const char *text) {
  if (++clients > kMany && !has_help) has_help = pthread_create(&helper, NULL, help, NULL) == 0;
  send(client, text, strlen(text), MSG_NOSIGNAL);
}

static void hang_up(int client) {
  close(client);
  if (--clients > 0 || !has_help) return;
  sem_post(&is_over);
  pthread_join(helper, NULL);
  has_help = 0;
}

int main(int argc, char **argv) {
  (void)argc;
  sem_init(&is_over, 0, 0);
  serve(listen_at(argv[1]), (struct Service){.on_answer = answer, .on_hangup = hang_up});
  return 0;
}
