// SPDX-License-Identifier: Apache-2.0
//
// Remembers each request in a list.
// Flaw: the list grows for ever. All of it is still referenced, and freed at the end, so that a
// checker which looks at the exit finds nothing. Run: heap_growing_list PORT|PATH
#include <stdio.h>
#include <stdlib.h>

#include "line_server.h"

struct Request {
  struct Request *next;
  char line[56];
};
static struct Request *requests = NULL;

static const char *remember(const char *line) {
  struct Request *request = malloc(sizeof *request);
  if (request == NULL) return "error\n";
  snprintf(request->line, sizeof request->line, "%s", line);
  request->next = requests;
  requests = request;
  return "ok\n";
}

int main(int argc, char **argv) {
  (void)argc;
  serve(listen_at(argv[1]), (struct Service){.on_line = remember});
  while (requests != NULL) {
    struct Request *next = requests->next;
    free(requests);
    requests = next;
  }
  return 0;
}
