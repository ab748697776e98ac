// SPDX-License-Identifier: Apache-2.0
#include "line_server.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct Client {
  int socket;
  size_t length;  // Of the line so far.
  char line[256];
  struct Client *next, *previous;
};

struct Server {
  struct Service service;
  int listener, signals, epoll;
  unsigned long served;
  struct Client *clients;
  struct Client
      *spare;  // Used again, so that what a flaw allocates is all that happens to the heap.
};

void fail(const char *what) {
  fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
  exit(1);
}

void usage(const char *arguments) {
  fprintf(stderr, "usage: %s %s\n", program_invocation_short_name, arguments);
  exit(2);
}

unsigned long argument(int argc, char **argv, int index, unsigned long by_default) {
  return index < argc ? strtoul(argv[index], NULL, 10) : by_default;
}

void guard_std_fds(void) {
  int null;
  do {
    null = open("/dev/null", O_RDWR);
    if (null == -1) fail("/dev/null");
  } while (null <= 2);
  close(null);
}

static int listen_at_port(unsigned long port) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  struct sockaddr_in name = {.sin_family = AF_INET,
                             .sin_port = htons((in_port_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
  if (bind(listener, (struct sockaddr *)&name, sizeof name) == -1) fail("bind");
  return listener;
}

static int listen_at_path(const char *path) {
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  struct sockaddr_un name = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof name.sun_path) {
    errno = ENAMETOOLONG;
    fail(path);
  }
  memcpy(name.sun_path, path, strlen(path));
  unlink(path);  // A socket that an earlier instance left behind.
  if (bind(listener, (struct sockaddr *)&name, sizeof name) == -1) fail(path);
  return listener;
}

int listen_at(const char *address) {
  if (address == NULL) usage("PORT|PATH [OPTION...]");
  guard_std_fds();
  char *end;
  unsigned long port = strtoul(address, &end, 10);
  int listener = *end == '\0' ? listen_at_port(port) : listen_at_path(address);
  if (listen(listener, SOMAXCONN) == -1) fail("listen");
  return listener;
}

static void watch(const struct Server *server, int descriptor, uint32_t events, void *data) {
  struct epoll_event event = {.events = events, .data.ptr = data};
  if (epoll_ctl(server->epoll, EPOLL_CTL_ADD, descriptor, &event) == -1) fail("epoll_ctl");
}

static void hang_up(struct Server *server, struct Client *client) {
  epoll_ctl(server->epoll, EPOLL_CTL_DEL, client->socket, NULL);
  if (server->service.on_hangup != NULL) {
    server->service.on_hangup(client->socket);
  } else {
    close(client->socket);
  }
  if (client->next != NULL) client->next->previous = client->previous;
  *(client->previous != NULL ? &client->previous->next : &server->clients) = client->next;
  client->next = server->spare;
  server->spare = client;
}

static void welcome(struct Server *server) {
  int socket = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (socket == -1) {
    // Out of descriptors, the listener stays readable: rest a little instead of spinning.
    if (errno == EMFILE || errno == ENFILE) poll(NULL, 0, 10);
    return;
  }
  struct Client *client = server->spare;
  if (client != NULL) {
    server->spare = client->next;
  } else if ((client = malloc(sizeof *client)) == NULL) {
    fail("malloc");
  }
  *client = (struct Client){.socket = socket, .next = server->clients};
  if (client->next != NULL) client->next->previous = client;
  server->clients = client;
  watch(server, socket, EPOLLIN, client);
}

static void answer(struct Server *server, const struct Client *client) {
  const char *text = server->service.on_line ? server->service.on_line(client->line) : "ok\n";
  if (server->service.on_answer != NULL) {
    server->service.on_answer(client->socket, text);
  } else {
    send(client->socket, text, strlen(text), MSG_NOSIGNAL);
  }
  ++server->served;
}

static void listen_to(struct Server *server, struct Client *client) {
  char bytes[sizeof client->line];
  ssize_t received = read(client->socket, bytes, sizeof bytes);
  if (received == -1 && errno == EAGAIN) return;
  if (received <= 0) {
    hang_up(server, client);
    return;
  }
  for (ssize_t i = 0; i < received; ++i) {
    if (bytes[i] == '\n') {
      client->line[client->length] = '\0';
      client->length = 0;
      answer(server, client);
    } else if (client->length + 1 < sizeof client->line) {  // The rest of a longer line is ignored.
      client->line[client->length++] = bytes[i];
    }
  }
}

// True where the signal asks for the end.
static int take_signal(struct Server *server) {
  struct signalfd_siginfo signal;
  if (read(server->signals, &signal, sizeof signal) != sizeof signal) return 0;
  if (signal.ssi_signo != SIGHUP) return 1;
  server->service.on_sighup();
  return 0;
}

void hold_sighup(void) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGHUP);
  sigprocmask(SIG_BLOCK, &signals, NULL);
}

static void watch_signals(struct Server *server) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  if (server->service.on_sighup != NULL) sigaddset(&signals, SIGHUP);
  sigprocmask(SIG_SETMASK, &signals, NULL);
  server->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  if (server->signals == -1) fail("signalfd");
  watch(server, server->signals, EPOLLIN, &server->signals);
}

void serve(int listener, struct Service service) {
  struct Server server = {.service = service, .listener = listener};
  server.epoll = epoll_create1(EPOLL_CLOEXEC);
  if (server.epoll == -1) fail("epoll_create1");
  watch_signals(&server);
  if (listener != -1) {
    watch(&server, listener, EPOLLIN | EPOLLEXCLUSIVE,
          &server.listener);  // Wakes one worker of many.
  }

  int is_ending = 0;
  while (!is_ending) {
    struct epoll_event events[64];
    int ready = epoll_wait(server.epoll, events, 64, -1);
    for (int i = 0; i < ready; ++i) {
      void *what = events[i].data.ptr;
      if (what == &server.signals) {
        is_ending |= take_signal(&server);
      } else if (what == &server.listener) {
        welcome(&server);
      } else {
        listen_to(&server, what);
      }
    }
    is_ending |= service.requests != 0 && server.served >= service.requests && !server.clients;
  }
  while (server.clients != NULL) hang_up(&server, server.clients);
  while (server.spare != NULL) {
    struct Client *next = server.spare->next;
    free(server.spare);
    server.spare = next;
  }
  close(server.signals);
  close(server.epoll);
}

void serve_at(const char *address) {
  int listener = address != NULL ? listen_at(address) : -1;
  serve(listener, (struct Service){0});
  if (listener != -1) close(listener);
}

int answer_one(int listener) {
  char line[256];
  int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  if (client == -1) return -1;
  if (recv(client, line, sizeof line, 0) > 0) send(client, "ok\n", 3, MSG_NOSIGNAL);
  return close(client);
}
