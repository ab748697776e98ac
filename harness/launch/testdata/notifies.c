// SPDX-License-Identifier: Apache-2.0
// Forks a child, tells $NOTIFY_SOCKET that it is ready and that the child is the main process; both
// wait.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(void) {
  const char* path = getenv("NOTIFY_SOCKET");
  if (path == NULL) return 1;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
  pid_t child = fork();
  if (child == 0) {
    for (;;) pause();
  }
  char text[64];
  int size = snprintf(text, sizeof text, "STATUS=serving\nREADY=1\nMAINPID=%d\n", child);
  if (sendto(fd, text, (size_t)size, 0, (struct sockaddr*)&address, sizeof address) != size)
    return 1;
  for (;;) pause();
}
