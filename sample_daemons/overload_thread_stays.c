// SPDX-License-Identifier: Apache-2.0
//
// Takes another thread when more than eight clients are connected.
// Flaw: the thread stays when they have gone: one more after each rush. A steady load of fewer
// clients never shows it.
// Run: overload_thread_stays PORT|PATH
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "line_server.h"

enum { kMany = 8 };
static int clients;
static int has_help;

static void *help(void *nothing) {
  for (;;) pause();
  return nothing;
}

static void answer(int client, const char *text) {
  if (++clients > kMany && !has_help) {
    pthread_t helper;
    has_help = pthread_create(&helper, NULL, help, NULL) == 0;
  }
  send(client, text, strlen(text), MSG_NOSIGNAL);
}

static void hang_up(int client) {
  close(client);
  if (--clients == 0) has_help = 0;
}

int main(int argc, char **argv) {
  (void)argc;
  serve(listen_at(argv[1]), (struct Service){.on_answer = answer, .on_hangup = hang_up});
  return 0;
}
