// SPDX-License-Identifier: Apache-2.0
#include "run/growth_explanations.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace watertight::run {
namespace {

constexpr GrowthExplanation kExplanations[] = {
    {"fds",
     "R01",
     {.title = "open file descriptors do not grow with work",
      .what =
          "The number of open descriptors of all processes of the daemon together does not grow "
          "from operation to operation.",
      .how = "Counts /proc/PID/fd after each round of operations, when the daemon is quiet; where "
             "they grow, lists which files and sockets the new ones are.",
      .why = "At RLIMIT_NOFILE every open(2) and accept(2) fails with EMFILE, while the process "
             "lives on and looks healthy. A daemon that stands at its limit fails this check.",
      .source = "getrlimit(2), RLIMIT_NOFILE; proc_pid_fd(5); haproxy issue 738",
      .false_alarms = "A pool or keep-alive cache larger than the operations of the run: raise "
                      "--ops until it is full, or accept its rate with --tolerate fds=RATE.",
      .cure = "Close what is opened on every way out, errors included; in C++ let an object own "
              "the descriptor. The evidence names the file that stays open."}},
    {"rss",
     "",
     {.title = "resident memory does not grow with work",
      .what = "Anonymous and shared memory that is resident, of all processes together, does not "
              "grow from operation to operation.",
      .how = "Reads the resident set from /proc after each round and compares the floors of ever "
             "longer stretches of operations: a leak goes on, a cache grows ever more slowly.",
      .why = "The kernel swaps, then kills the daemon or a neighbour when memory runs out.",
      .source = "proc_pid_status(5), RssAnon and RssShmem; Barrett et al., OOPSLA 2017, on "
                "programs that never reach a steady state",
      .false_alarms = "A cache that is still filling when the run ends: raise --ops, or shrink the "
                      "cache for the test. Memory that was freed but stays resident can hide a "
                      "small leak, so a pass is weaker than one of growth.heap.",
      .cure = "Free what each operation allocates, and bound what is kept: caches, queues, lists "
              "of clients that left. Valgrind or LeakSanitizer name the call."}},
    {"threads",
     "R08",
     {.title = "live threads do not grow with work",
      .what = "The number of live threads of all processes together does not grow from operation "
              "to operation.",
      .how = "Reads Threads: in /proc/PID/status after each round of operations.",
      .why = "Each thread holds a stack and a task of the kernel's; at RLIMIT_NPROC or the pids "
             "limit of its cgroup pthread_create(3) and fork(2) fail with EAGAIN.",
      .source = "pthread_create(3), EAGAIN; proc_pid_status(5)",
      .false_alarms = "A pool that grows on demand up to a bound above the run's operations: raise "
                      "--ops, or bound the pool for the test.",
      .cure = "Let each thread see that its work is over: close the queue or the socket it waits "
              "on, and join it."}},
    {"children",
     "R11",
     {.title = "child processes do not grow with work",
      .what = "The number of processes below the daemon's, living ones and zombies, does not grow "
              "from operation to operation.",
      .how = "Walks /proc/PID/task/TID/children from the guard, to which orphans are handed, so "
             "that double forks are counted as well.",
      .why = "Helpers that never end hold memory, descriptors and locks, and outlive the daemon.",
      .source = "proc_pid_task(5), children; fork(2), EAGAIN",
      .false_alarms = "A pre-forking server that still adds workers: raise --ops until it has all.",
      .cure =
          "End each helper when its work is done: close its pipe, wait for it, and send SIGTERM "
          "to one that does not end."}},
    {"zombies",
     "R10",
     {.title = "ended children are waited for",
      .what = "The number of zombies below the daemon does not grow from operation to operation.",
      .how = "Counts the processes of the daemon in state Z after each round of operations.",
      .why = "A zombie keeps its place in the process table until its parent calls wait(2); when "
             "that is full, nobody can fork.",
      .source = "waitpid(2), NOTES; signal(7): pending SIGCHLDs are merged into one",
      .false_alarms = "A runtime that reaps at its next spawn holds a bounded few, which is no "
                      "growth. Zombies of a pid 1 that is no init need one (docker run --init).",
      .cure = "On SIGCHLD call waitpid(-1, &status, WNOHANG) in a loop until it finds none, not "
              "once a signal; or ignore SIGCHLD with SA_NOCLDWAIT."}},
    {"unjoined_threads",
     "R09",
     {.title = "ended threads are joined or detached",
      .what = "Stacks of threads that have ended, and were neither joined nor detached, do not "
              "grow from operation to operation.",
      .how = "Looks in /proc/PID/maps for pairs of a guard page and a stack of one size beyond "
             "those of the live threads; Threads: in /proc/PID/status cannot see them.",
      .why = "Each holds 8 MiB of address space, two mappings and 8 KiB of memory; at "
             "vm.max_map_count pthread_create(3) fails with EAGAIN.",
      .source = "pthread_join(3), NOTES; pthread_attr_setstacksize(3)",
      .false_alarms = "A pool that joins late holds a bounded few, and glibc keeps up to 40 MiB of "
                      "stacks for later threads; neither grows.",
      .cure = "Call pthread_join(3) for each thread, or pthread_detach(3) when it starts."}},
    {"maps",
     "R13",
     {.title = "memory mappings do not grow with work",
      .what = "The number of mappings of all processes together does not grow from operation to "
              "operation. A warning: the mappings may be meant.",
      .how = "Counts the lines of /proc/PID/maps at the edges of ever longer stretches of "
             "operations.",
      .why = "At vm.max_map_count (65 530) mmap(2) fails with ENOMEM, and malloc(3) with it, "
             "however much memory is free.",
      .source = "mmap(2), ENOMEM; proc_sys_vm(5), max_map_count",
      .false_alarms =
          "A just-in-time compiler, or an allocator that maps in small pieces, until it "
          "has warmed up: raise --ops.",
      .cure = "munmap(2) what was mapped, dlclose(3) what was loaded, and join threads: an "
              "un-joined one is two mappings."}},
    {"files",
     "R12",
     {.title = "temporary files do not pile up",
      .what = "The number of files that the daemon leaves in {state}, its working directory, /tmp, "
              "/var/tmp and /dev/shm does not grow from operation to operation.",
      .how = "Counts all below {state}. In folders shared with others only files of the daemon's "
             "user count, younger than the run, in families of names (job.XXXXXX) that only grow.",
      .why = "The disk, or the memory under a tmpfs, fills; the last to find out is somebody else.",
      .source = "mkstemp(3); tmpfs(5); file-hierarchy(7), /tmp",
      .false_alarms = "A spool or a cache on disk that is meant to grow: skip the check, or accept "
                      "its rate with --tolerate files=RATE.",
      .cure = "Unlink a temporary file as soon as it is open, or use O_TMPFILE; else remove it on "
              "every way out."}},
    {"deleted_files",
     "R05",
     {.title = "deleted files are not held open",
      .what = "The number of open files that have no name any more does not grow from operation to "
              "operation. A warning: some do so on purpose.",
      .how = "Looks for regular files with a link count of 0 among /proc/PID/fd; memfd_create(2) "
             "is left out.",
      .why = "Their blocks stay taken until they are closed: df says full, and du finds nothing.",
      .source = "M. Kerrisk, The Linux Programming Interface, 18.3; unlink(2)",
      .false_alarms = "A bounded number, such as tmpfile(3) for each worker, is no growth.",
      .cure = "Close the old file when a log is rotated or a temporary file is done with."}},
    {"close_wait",
     "R03",
     {.title = "connections that the peer closed are closed",
      .what = "The number of TCP sockets in CLOSE_WAIT does not grow from operation to operation.",
      .how = "Asks sock_diag(7) for the sockets in that state, and joins them to the descriptors "
             "of the daemon's processes. One that was in it counts until it is closed, also where "
             "a reset has ended the connection since.",
      .why = "The kernel never ends CLOSE_WAIT by itself: each is a descriptor until the daemon "
             "closes it.",
      .source = "RFC 9293, 3.3.2; sock_diag(7); lightningnetwork/lnd issue 136",
      .false_alarms = "A protocol that half-closes and answers later holds a bounded number. "
                      "Sockets in another network namespace are not seen.",
      .cure = "Close the socket where read(2) gives 0, also while an answer is still queued, and "
              "have epoll(7) tell EPOLLRDHUP."}},
    {"ipc",
     "R14",
     {.title = "System V and POSIX IPC objects do not pile up",
      .what = "Shared memory, semaphores and message queues that the daemon makes do not grow from "
              "operation to operation.",
      .how = "Counts those of its processes and its user in /proc/sysvipc, /dev/shm and "
             "/dev/mqueue that are younger than the run.",
      .why = "They outlive the process that made them, until somebody removes them or the machine "
             "restarts; then shmget(2) fails with ENOSPC.",
      .source = "sysvipc(7), shm_overview(7), mq_overview(7)",
      .false_alarms = "Another program of the same user that makes objects of one kind at the same "
                      "time: run one daemon at a time, or as a user of its own.",
      .cure =
          "Remove an object when it is attached (IPC_RMID, shm_unlink(3)), or use memfd_create(2), "
          "which needs no removal."}},
    {"locks",
     "R15",
     {.title = "file locks do not pile up",
      .what = "The number of file locks that the daemon's processes hold does not grow from "
              "operation to operation. A warning: databases hold many.",
      .how = "Counts the lock: lines of /proc/PID/fdinfo at the edges of ever longer stretches of "
             "operations.",
      .why = "A lock that is never given back makes others wait for ever.",
      .source = "proc_pid_fdinfo(5); fcntl_locking(2)",
      .false_alarms = "Range locks of a database that grows with its data.",
      .cure = "Release each lock on every way out, or close the descriptor that carries it."}},
    {"inner",
     "R07",
     {.title = "watches inside one descriptor do not pile up",
      .what = "Epoll targets and inotify watches do not grow from operation to operation, though "
              "the number of descriptors stands still.",
      .how =
          "Counts the tfd: and inotify wd: lines of /proc/PID/fdinfo at the edges of ever longer "
          "stretches of operations.",
      .why = "Kernel memory grows, and at fs.inotify.max_user_watches inotify_add_watch(2) fails "
             "with ENOSPC for every program of that user.",
      .source = "inotify(7); epoll(7), Q6; proc_pid_fdinfo(5)",
      .false_alarms = "A watcher of a tree that grows during the run.",
      .cure = "inotify_rm_watch(2) what is watched no more; EPOLL_CTL_DEL before close(2) where a "
              "duplicate of the descriptor lives on."}},
    {"heap",
     "",
     {.title = "live heap does not grow with work",
      .what = "Bytes that are allocated and not freed do not grow from operation to operation.",
      .how = "An agent that is preloaded into the daemon and its children counts allocations and "
             "releases exactly, by call site. It stays out under --blame off, Valgrind and "
             "sanitizers; static, set-user-ID, Go and musl programs cannot take it: the check is "
             "then not applicable, and the report says why. A daemon that does not hold up under "
             "it is run again without. What was not counted makes a pass inconclusive.",
      .why = "It finds at once what resident memory hides for long: memory that was freed and "
             "stays resident takes up the first leaked bytes, unseen.",
      .source = "malloc(3), mallopt(3) M_TRIM_THRESHOLD; ld.so(8), LD_PRELOAD",
      .false_alarms = "A cache that is still filling when the run ends: raise --ops. An allocator "
                      "of the daemon's own that takes memory from mmap(2) is not seen.",
      .cure = "Free what each operation allocates, and bound what is kept. The call site that "
              "allocated most of the growth is where to look."}},
};

}  // namespace

const GrowthExplanation& explain_growth(std::string_view resource) {
  const auto found = std::ranges::find(kExplanations, resource, &GrowthExplanation::resource);
  if (found == std::end(kExplanations))
    throw std::logic_error("no explanation of growth." + std::string(resource));
  return *found;
}

}  // namespace watertight::run
