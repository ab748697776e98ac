// SPDX-License-Identifier: Apache-2.0
//
// Keeps a record of its requests.
// Flaw: a umask of 0, as the tutorials have it, and fopen(3), which asks for mode 0666: everybody
// may write the record.
// Run: makes_world_writable_file PORT|PATH FILE
#include <stdio.h>
#include <sys/stat.h>

#include "line_server.h"

int main(int argc, char **argv) {
  if (argc < 3) usage("PORT|PATH FILE");
  umask(0);
  int listener = listen_at(argv[1]);
  FILE *record = fopen(argv[2], "ae");
  if (record == NULL) fail(argv[2]);
  serve(listener, (struct Service){0});
  fclose(record);
  return 0;
}
