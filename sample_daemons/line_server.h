// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file What the samples share, so that each of them shows its flaw and nothing else: a server
/// that reads lines and answers each with a line, on 127.0.0.1:PORT or on a Unix socket, until
/// SIGTERM or SIGINT.

/// What one daemon does its own way; a member that is left out does the obvious.
struct Service {
  const char *(*on_line)(const char *line);         ///< Gives the answer; default "ok\n".
  void (*on_answer)(int client, const char *text);  ///< Sends it; by default without SIGPIPE.
  void (*on_hangup)(int client);  ///< The client has gone; default closes its socket.
  void (*on_sighup)(void);        ///< Default: SIGHUP ends the daemon, as it does by default.
  unsigned long
      requests;  ///< serve() returns after so many, once no client is connected; 0 = never.
};

/// Each standard stream that is closed becomes /dev/null, so that nothing else gets its number.
void guard_std_fds(void);

/// A non-blocking listening socket. `address` is a port number or a path. Ends the process on
/// failure.
int listen_at(const char *address);

/// Keeps SIGHUP until serve() takes it: who sees the socket may ask for a reload.
void hold_sighup(void);

/// Serves every client of the listener until SIGTERM or SIGINT, or `requests`, and closes their
/// sockets. The listener stays open. Without one (-1) it only waits.
void serve(int listener, struct Service service);

/// Listens at the address, serves, and closes the listener. Without an address (NULL) it only
/// waits.
void serve_at(const char *address);

/// Accepts one client, answers what it says first, and closes. -1 with errno where there is none.
int answer_one(int listener);

/// The number in argv[index], or the default where there is none.
unsigned long argument(int argc, char **argv, int index, unsigned long by_default);

/// Prints "PROGRAM: what: reason of errno" and ends the process with exit code 1.
_Noreturn void fail(const char *what);

/// Prints "usage: PROGRAM arguments" and ends the process with exit code 2.
_Noreturn void usage(const char *arguments);
