// SPDX-License-Identifier: Apache-2.0
//
// watertight-guard HARNESS_PID RUN_FOLDER: stands between the harness and a daemon, so that nothing
// of the daemon is left behind, whatever it does and however the harness ends. Its contract is in
// launch/guard.h. One thread, no library but libc, no heap that must be kept in order: it has to
// work when all else fails.

#include "launch/guard/cgroup.h"
#include "launch/guard/process_tree.h"
#include "launch/guard/protocol.h"
#include "launch/guard/remove_tree.h"
#include "launch/guard/shared_memory.h"
#include "launch/guard/spawn.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

namespace watertight::guard {
namespace {

int harness = -1;  // pidfd
int signals = -1;  // signalfd
int memory = -1;   // inotify, of /dev/shm
Cgroup cgroup;

/// Exits that the harness has not read yet. A harness that never looks loses the oldest.
struct ExitQueue {
  static constexpr std::size_t kSize = 65536;
  Exit ring[kSize];
  std::size_t first = 0;
  std::size_t count = 0;

  void push(const Exit& exit) {
    if (count == kSize) pop(1);
    ring[(first + count++) % kSize] = exit;
  }
  void pop(std::size_t number) {
    first = (first + number) % kSize;
    count -= number;
  }
} exits;

long long nanoseconds_now() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

long long milliseconds_now() { return nanoseconds_now() / 1000000; }

bool send_reply(const Reply& reply, int descriptor, int flags) {
  iovec bytes{const_cast<Reply*>(&reply), sizeof reply};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  if (descriptor >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  }
  return sendmsg(kControlFd, &message, flags | MSG_NOSIGNAL) == static_cast<ssize_t>(sizeof reply);
}

/// Sends what the socket takes; the rest waits for POLLOUT.
void flush_exits() {
  while (exits.count > 0) {
    Reply reply{};
    reply.tell = Tell::kExits;
    reply.exit_count = exits.count < Reply::kMostExits ? static_cast<std::uint32_t>(exits.count)
                                                       : Reply::kMostExits;
    for (std::uint32_t i = 0; i < reply.exit_count; ++i) {
      reply.exits[i] = exits.ring[(exits.first + i) % ExitQueue::kSize];
    }
    if (!send_reply(reply, -1, MSG_DONTWAIT)) return;
    exits.pop(reply.exit_count);
  }
}

/// Reaps all that can be reaped. False where there is no child left, and so no descendant: this
/// process is the subreaper of them all.
bool reap() {
  for (;;) {
    siginfo_t info{};
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG) != 0) return errno != ECHILD;
    if (info.si_pid == 0) return true;
    const long long now = nanoseconds_now();
    remember_creator(info.si_pid);
    exits.push(Exit{info.si_pid, info.si_status, info.si_code != CLD_EXITED,
                    info.si_code == CLD_DUMPED, now});
  }
}

/// Stops everything, so that it stands still while its shared memory is noted. A tree that grows
/// faster than it is stopped gets no more than 30 ms.
void hold_still() {
  long long deadline = milliseconds_now() + 30;
  int before = -1;
  for (;;) {
    int seen = signal_descendants(SIGSTOP);
    if (seen == before || milliseconds_now() > deadline) return;
    before = seen;
  }
}

/// SIGKILL to everything until nothing is left; false where something survived.
bool end_all(int patience_milliseconds) {
  if (!reap()) return true;
  long long deadline = milliseconds_now() + patience_milliseconds;
  hold_still();
  note_shared_memory();
  while (reap()) {
    if (milliseconds_now() > deadline) return false;
    kill_cgroup(cgroup);
    signal_descendants(SIGKILL);
    pollfd child_ended{signals, POLLIN, 0};
    if (poll(&child_ended, 1, 1) > 0) {
      signalfd_siginfo ignored;
      (void)!read(signals, &ignored, sizeof ignored);
    }
  }
  return true;
}

void pause_milliseconds(long milliseconds) {
  timespec time{milliseconds / 1000, milliseconds % 1000 * 1000000};
  nanosleep(&time, nullptr);
}

/// Removes the cgroup, which is busy until the kernel has taken leave of the last member: most
/// often at once, but more than a second was seen after a daemon that floods a busy disk.
bool end_cgroup(int patience_milliseconds) {
  for (int tries = 0; tries < patience_milliseconds / 2; ++tries) {
    if (remove_cgroup(cgroup)) return true;
    pause_milliseconds(2);
  }
  return false;
}

/// The end of the guard itself. A process in uninterruptible sleep is waited for, up to a minute.
[[noreturn]] void retire(const char* folder_to_remove) {
  // Root's privilege; without it a machine full of busy processes makes this take longer.
  sched_param lowest{1};
  sched_setscheduler(0, SCHED_RR, &lowest);
  end_all(60000);
  remove_unused_shared_memory();
  if (folder_to_remove != nullptr && folder_to_remove[0] != '\0') remove_tree(folder_to_remove);
  end_cgroup(60000);
  _exit(0);
}

/// One request with its descriptors; those that are not used are -1.
struct Received {
  Request request;
  int descriptors[4];
  bool is_closed;
};

Received receive() {
  Received received{{Ask::kRetire}, {-1, -1, -1, -1}, true};
  iovec bytes{&received.request, sizeof received.request};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof received.descriptors)];
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t size = recvmsg(kControlFd, &message, MSG_CMSG_CLOEXEC);
  if (size != static_cast<ssize_t>(sizeof received.request)) return received;
  received.is_closed = false;
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (header != nullptr && header->cmsg_type == SCM_RIGHTS) {
    memcpy(received.descriptors, CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0));
  }
  return received;
}

void answer_spawn(const Received& received) {
  Spawned spawned =
      spawn(received.descriptors[0], received.descriptors + 1, cgroup.folder, harness);
  Reply reply{};
  reply.tell = Tell::kSpawned;
  reply.pid = spawned.pid;
  reply.step = spawned.step;
  reply.error = spawned.error;
  reply.is_held_by_cgroup = spawned.is_held_by_cgroup;
  flush_exits();  // An exit of an earlier process of this pid has to arrive before.
  send_reply(reply, spawned.pidfd, 0);
  if (spawned.pidfd >= 0) close(spawned.pidfd);
  for (int fd : received.descriptors) {
    if (fd >= 0) close(fd);
  }
}

void answer_note() {
  note_shared_memory();
  Reply reply{};
  reply.tell = Tell::kNoted;
  send_reply(reply, -1, 0);
}

void answer_count() {
  Reply reply{};
  reply.tell = Tell::kCounted;
  reply.error = reap() ? 0 : ECHILD;
  flush_exits();
  send_reply(reply, -1, 0);
}

void answer_end_all() {
  Reply reply{};
  reply.tell = Tell::kEnded;
  reply.error = end_all(2000) ? 0 : EBUSY;
  remove_unused_shared_memory();
  // The next ones get a new cgroup: who is forked into one that was killed is killed as well.
  if (reply.error == 0 && end_cgroup(1000)) make_cgroup(cgroup);
  reply.is_held_by_cgroup = cgroup.folder >= 0;
  flush_exits();
  send_reply(reply, cgroup.folder, 0);
}

void answer(const Received& received) {
  switch (received.request.ask) {
    case Ask::kSpawn:
      return answer_spawn(received);
    case Ask::kNoteSharedMemory:
      return answer_note();
    case Ask::kCount:
      return answer_count();
    case Ask::kEndAll:
      return answer_end_all();
    case Ask::kRetire:
      retire(nullptr);
  }
}

/// A daemon that makes shared memory all the time is not looked at more often than this.
constexpr long long kMillisecondsBetweenNotes = 10;

/// False where nothing was made since the last time.
bool note_new_memory() {
  char events[4096];
  bool is_new = false;
  while (read(memory, events, sizeof events) > 0) is_new = true;
  if (is_new) note_shared_memory();
  return is_new;
}

void serve(const char* folder) {
  long long next_note = 0;
  bool looks_again = false;  // A file is told of before its maker has the descriptor.
  for (;;) {
    bool has_news = exits.count > 0;
    long long until_note = next_note - milliseconds_now();
    bool may_note = until_note <= 0;
    if (may_note && looks_again) {
      looks_again = false;
      note_shared_memory();
    }
    pollfd fds[] = {{kControlFd, static_cast<short>(has_news ? POLLIN | POLLOUT : POLLIN), 0},
                    {harness, POLLIN, 0},
                    {signals, POLLIN, 0},
                    {may_note ? memory : -1, POLLIN, 0}};
    if (poll(fds, 4, may_note ? -1 : static_cast<int>(until_note)) < 0) continue;
    if (fds[1].revents != 0) retire(folder);
    bool is_asked = (fds[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0;
    // Before an ended process is reaped or a request answered.
    if ((fds[3].revents != 0 || is_asked) && note_new_memory()) {
      looks_again = true;
      next_note = milliseconds_now() + kMillisecondsBetweenNotes;
    }
    if (fds[2].revents != 0) {
      signalfd_siginfo info;
      bool is_ending =
          read(signals, &info, sizeof info) == sizeof info && info.ssi_signo != SIGCHLD;
      if (is_ending)
        retire(nullptr);  // Somebody ends the guard; the harness lives and has the folder.
      reap();
    }
    flush_exits();
    if (is_asked) {
      Received received = receive();
      if (received.is_closed) retire(folder);
      answer(received);
    }
  }
}

int catch_signals() {
  (void)signal(SIGPIPE, SIG_IGN);
  sigset_t caught;
  sigemptyset(&caught);
  for (int number : {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT}) sigaddset(&caught, number);
  sigprocmask(SIG_BLOCK, &caught, nullptr);
  return signalfd(-1, &caught, SFD_CLOEXEC | SFD_NONBLOCK);
}

}  // namespace
}  // namespace watertight::guard

int main(int argc, char** argv) {
  using namespace watertight::guard;
  if (argc != 3) return 2;
  pid_t harness_pid = atoi(argv[1]);
  const char* folder = argv[2];
  setsid();  // A Ctrl-C at the terminal is the harness's to handle.
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  syscall(SYS_close_range, kControlFd + 1, ~0U, 0);
  fcntl(kControlFd, F_SETFD, FD_CLOEXEC);
  start_shared_memory_notes();
  memory = watch_shared_memory();
  signals = catch_signals();
  harness = static_cast<int>(syscall(SYS_pidfd_open, harness_pid, 0));
  // Asked after the pidfd was opened: the parent is still the harness, so the pidfd is the
  // harness's.
  if (signals < 0 || harness < 0 || getppid() != harness_pid) retire(folder);
  make_cgroup(cgroup);
  Reply hello{};
  hello.tell = Tell::kHello;
  hello.is_held_by_cgroup = cgroup.folder >= 0;
  send_reply(hello, cgroup.folder, 0);
  serve(folder);
}
