// SPDX-License-Identifier: Apache-2.0
// listens tcp PORT | udp PORT | unix PATH | http PORT: waits 50 ms, then serves 127.0.0.1:PORT, or
// PATH. As http it answers the first two requests with 503 and then with 200. Ends with 3 where it
// was ever asked by somebody and MUST_NOT_BE_ASKED is set.
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static int listen_inet(int type, const char* port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  address.sin_port = htons((unsigned short)atoi(port));
  int fd = socket(AF_INET, type, 0);
  if (bind(fd, (struct sockaddr*)&address, sizeof address) != 0) return -1;
  return type == SOCK_DGRAM || listen(fd, 16) == 0 ? fd : -1;
}

static int listen_unix(const char* path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (bind(fd, (struct sockaddr*)&address, sizeof address) != 0) return -1;
  return listen(fd, 16) == 0 ? fd : -1;
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
  const char* kind = argv[1];
  int fd = strcmp(kind, "unix") == 0  ? listen_unix(argv[2])
           : strcmp(kind, "udp") == 0 ? listen_inet(SOCK_DGRAM, argv[2])
                                      : listen_inet(SOCK_STREAM, argv[2]);
  if (fd < 0) return 1;
  if (strcmp(kind, "udp") == 0) {
    for (;;) pause();
  }
  for (int requests = 0;; ++requests) {
    int client = accept(fd, NULL, NULL);
    if (getenv("MUST_NOT_BE_ASKED") != NULL) return 3;
    if (strcmp(kind, "http") == 0) {
      char request[1024];
      if (read(client, request, sizeof request) > 0) {
        dprintf(client, "HTTP/1.1 %d x\r\nContent-Length: 0\r\n\r\n", requests < 2 ? 503 : 200);
      }
    }
    close(client);
  }
}
