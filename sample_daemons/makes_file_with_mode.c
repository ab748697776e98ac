// SPDX-License-Identifier: Apache-2.0
//
// Keeps a record of its requests.
// Clean: with a umask of 0 each file gets the mode that it asks for, which is not for everybody to
// write. (A near miss of makes_world_writable_file.)
// Run: makes_file_with_mode PORT|PATH FILE
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "line_server.h"

int main(int argc, char **argv) {
  if (argc < 3) usage("PORT|PATH FILE");
  umask(0);
  int listener = listen_at(argv[1]);
  int record = open(argv[2], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (record == -1) fail(argv[2]);
  serve(listener, (struct Service){0});
  close(record);
  return 0;
}
