// SPDX-License-Identifier: Apache-2.0
#include "notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "line_server.h"

void tell_ready(void) {
  const char *address = getenv("NOTIFY_SOCKET");
  struct sockaddr_un name = {.sun_family = AF_UNIX};
  size_t length = address != NULL ? strlen(address) : 0;
  if (length == 0 || length >= sizeof name.sun_path) return;
  memcpy(name.sun_path, address, length);
  if (name.sun_path[0] == '@') name.sun_path[0] = '\0';
  socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
  int notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (sendto(notify, "READY=1", 7, 0, (struct sockaddr *)&name, size) == -1) fail("NOTIFY_SOCKET");
  close(notify);
}
