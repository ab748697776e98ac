// SPDX-License-Identifier: Apache-2.0
#include "launch/guard.h"

#include "launch/run_folder.h"
#include "launch/test_support.h"
#include "posix/file.h"
#include "proc/process.h"

#include <watertight/error.h>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <set>

namespace watertight::launch {
namespace {

namespace fs = std::filesystem;

using ::testing::AllOf;
using testing::command_of;
using testing::eventually;
using testing::Folder;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::program;
using ::testing::SizeIs;
using testing::soon;
using testing::spawned;

std::string failure_of(const Command& command) {
  Guard guard = Guard::start({});
  const auto result = guard.spawn(command);
  const auto* failure = std::get_if<SpawnFailure>(&result);
  return failure != nullptr ? failure->message : "it was started";
}

std::string write_script(const fs::path& path, std::string_view text) {
  posix::write_file(path, text, 0755);
  fs::permissions(path, fs::perms::owner_all);
  return path;
}

/// Cgroups as guards leave them that are killed, for the pids that come next.
class Leftovers {
 public:
  explicit Leftovers(const fs::path& parent) {
    posix::ChildProcess::Plan plan;
    plan.program = "/bin/true";
    plan.arguments = {"true"};
    auto latest = posix::ChildProcess::spawn(plan);
    latest.wait(soon());
    first_ = latest.pid() + 1;
    for (pid_t pid = first_; pid < first_ + kMany; ++pid) {
      const fs::path cgroup = parent / ("watertight." + std::to_string(pid));
      if (::mkdir(cgroup.c_str(), 0755) != 0) continue;
      made_.push_back(cgroup);
      std::ofstream(cgroup / "cgroup.kill") << 1;
    }
  }
  ~Leftovers() {
    for (const fs::path& cgroup : made_) ::rmdir(cgroup.c_str());
  }
  Leftovers(const Leftovers&) = delete;
  Leftovers& operator=(const Leftovers&) = delete;

  bool is_empty() const { return made_.empty(); }
  bool are_for(pid_t pid) const { return pid >= first_ && pid < first_ + kMany; }

 private:
  static constexpr pid_t kMany = 100;
  pid_t first_ = 0;
  std::vector<fs::path> made_;
};

TEST(GuardSpawn, TakesNoCgroupThatIsThereAlready) {
  const fs::path whole = "/sys/fs/cgroup";
  const Leftovers leftovers(fs::exists(whole / "unified") ? whole / "unified" : whole);
  if (leftovers.is_empty()) GTEST_SKIP() << "no cgroup can be made at the top";
  Guard guard = Guard::start({});
  if (!leftovers.are_for(guard.pid())) GTEST_SKIP() << "others took these pids, or they begin anew";
  const posix::ProcessHandle process = spawned(guard, command_of({"/bin/sleep", "1000"}));
  EXPECT_TRUE(eventually([&] {
    const auto stat = proc::read_stat(process.pid());
    return stat && stat->comm == "sleep" && !stat->is_dead();
  }));
}

TEST(GuardSpawn, NamesAProgramThatIsNotInPath) {
  EXPECT_THAT(failure_of(command_of({"no-such-daemon"})),
              AllOf(HasSubstr("no-such-daemon"), HasSubstr("PATH"), HasSubstr("install")));
}

TEST(GuardSpawn, NamesAFileThatIsNotThere) {
  EXPECT_THAT(failure_of(command_of({"/no/such/daemon"})),
              AllOf(HasSubstr("/no/such/daemon"), HasSubstr("no such file")));
}

TEST(GuardSpawn, RefusesAFolder) {
  EXPECT_THAT(failure_of(command_of({"/usr"})), HasSubstr("is a folder"));
}

TEST(GuardSpawn, TellsHowToMakeAFileExecutable) {
  const Folder folder;
  posix::write_file(folder.path() / "daemon", "#!/bin/sh\n");
  EXPECT_THAT(failure_of(command_of({folder.path() / "daemon"})), HasSubstr("chmod +x"));
}

TEST(GuardSpawn, NamesAMissingInterpreter) {
  const Folder folder;
  const std::string script = write_script(folder.path() / "daemon", "#! /no/such/interpreter -x\n");
  EXPECT_THAT(failure_of(command_of({script})),
              AllOf(HasSubstr("/no/such/interpreter is missing"), HasSubstr("#!")));
}

TEST(GuardSpawn, TellsThatAFileIsNoProgram) {
  const Folder folder;
  const std::string script = write_script(folder.path() / "daemon", "just text\n");
  EXPECT_THAT(failure_of(command_of({script})), HasSubstr("neither a program"));
}

TEST(GuardSpawn, NamesAMissingWorkingDirectory) {
  Command command = command_of({"/bin/true"});
  command.working_directory = "/no/such/folder";
  EXPECT_THAT(failure_of(command), HasSubstr("/no/such/folder"));
}

TEST(GuardSpawn, NamesAnUnknownUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can change the user";
  Command command = command_of({"/bin/true"});
  command.user = "no-such-user";
  EXPECT_THAT(failure_of(command), AllOf(HasSubstr("no-such-user"), HasSubstr("getent")));
}

TEST(GuardSpawn, ServesOnAfterAFailure) {
  Guard guard = Guard::start({});
  guard.spawn(command_of({"/no/such/daemon"}));
  Command nowhere = command_of({"/bin/true"});
  nowhere.working_directory = "/no/such/folder";
  guard.spawn(nowhere);
  const auto process = spawned(guard, command_of({"/bin/sh", "-c", "exit 5"}));
  const auto status = guard.wait_for_exit(process.pid(), soon());
  ASSERT_TRUE(status);
  EXPECT_EQ(status->code, 5);
}

TEST(GuardSpawn, PassesArgumentsEnvironmentFolderAndLimit) {
  const Folder folder;
  Command command;
  command.arguments = {"sh",  "-c", "printf '%s|' \"$0\" \"$@\"; pwd; env; ulimit -Sn",
                       "a b", "",   "$c"};
  command.environment = {{"ONLY", "this\none"}, {"PATH", "/usr/bin:/bin"}};
  command.working_directory = folder.path();
  command.descriptor_limit = 77;
  command.output = folder.path() / "output";
  Guard guard = Guard::start({});
  const auto process = spawned(guard, command);
  ASSERT_TRUE(guard.wait_for_exit(process.pid(), soon()));
  EXPECT_THAT(*posix::read_file(command.output),
              AllOf(HasSubstr("a b||$c|" + fs::canonical(folder.path()).native()),
                    HasSubstr("ONLY=this\none\n"), HasSubstr("\n77\n"),
                    ::testing::Not(HasSubstr("HOME="))));
}

TEST(GuardSpawn, TakesAnEnvironmentOfAnySize) {
  Command command = command_of({"/bin/sh", "-c", "test ${#LARGE} = 100000"});
  for (int i = 0; i < 10; ++i) command.environment["LARGE" + std::to_string(i)].assign(100000, 'x');
  command.environment["LARGE"].assign(100000, 'x');
  Guard guard = Guard::start({});
  const auto process = spawned(guard, command);
  const auto status = guard.wait_for_exit(process.pid(), soon());
  ASSERT_TRUE(status);
  EXPECT_TRUE(status->is_success()) << status->describe();
}

TEST(GuardSpawn, LeavesTheDaemonNothingButItsStandardDescriptors) {
  const posix::UniqueFd inheritable(::dup(0));  // dup(2) clears close-on-exec.
  ASSERT_TRUE(inheritable);
  Guard guard = Guard::start({});
  const auto process = spawned(guard, command_of({"/bin/sleep", "1000"}));
  const auto numbers = [&process] {
    std::set<std::string> all;
    for (const auto& entry :
         fs::directory_iterator("/proc/" + std::to_string(process.pid()) + "/fd"))
      all.insert(entry.path().filename());
    return all;
  };
  const std::set<std::string> standard = {"0", "1", "2"};
  // While it is being loaded it has its libraries open.
  EXPECT_TRUE(eventually([&] { return numbers() == standard; }))
      << ::testing::PrintToString(numbers());
}

TEST(GuardSpawn, GivesADefaultSignalMaskAndAProcessGroup) {
  sigset_t blocked;
  sigset_t before;
  sigfillset(&blocked);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  Guard guard = Guard::start({});
  const auto process = spawned(guard, command_of({"/bin/sleep", "1000"}));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  const auto status = proc::read_status(process.pid());
  const auto stat = proc::read_stat(process.pid());
  ASSERT_TRUE(status && stat);
  EXPECT_EQ(status->blocked, 0U);
  EXPECT_EQ(status->ignored, 0U);
  EXPECT_EQ(stat->group, process.pid());
  EXPECT_EQ(stat->session, guard.pid());
}

TEST(Guard, ForwardsTheExitOfADoubleForkedDaemon) {
  const Folder folder;
  const fs::path pid_file = folder.path() / "pid";
  Guard guard = Guard::start({});
  const auto launcher = spawned(guard, command_of({program("double_fork"), pid_file}));
  ASSERT_TRUE(guard.wait_for_exit(launcher.pid(), soon()));
  ASSERT_TRUE(eventually([&] {
    const auto text = posix::read_file(pid_file);
    return text && text->ends_with('\n');
  }));
  const pid_t pid = std::stoi(*posix::read_file(pid_file));
  EXPECT_TRUE(eventually([&] { return guard.processes() == std::vector<pid_t>{pid}; }));
  EXPECT_FALSE(guard.exit_of(pid));
  posix::ProcessHandle::open(pid)->signal(SIGTERM);
  const auto status = guard.wait_for_exit(pid, soon());
  ASSERT_TRUE(status);
  EXPECT_EQ(status->describe(), "exited with 7");
}

TEST(Guard, KnowsWhetherAnyProcessIsLeft) {
  Guard guard = Guard::start({});
  EXPECT_FALSE(guard.has_processes());
  spawned(guard, command_of({program("double_fork")}));
  EXPECT_TRUE(guard.has_processes());
  EXPECT_TRUE(guard.end_all());
  EXPECT_FALSE(guard.has_processes());
}

TEST(Guard, TellsWhichSignalEndedAProcess) {
  Guard guard = Guard::start({});
  const auto process = spawned(guard, command_of({"/bin/sh", "-c", "kill -SEGV $$"}));
  const auto status = guard.wait_for_exit(process.pid(), soon());
  ASSERT_TRUE(status);
  EXPECT_TRUE(status->was_signalled);
  EXPECT_EQ(status->code, SIGSEGV);
}

TEST(Guard, ForwardsMoreExitsThanASocketHolds) {
  Guard guard = Guard::start({});
  const auto process = spawned(
      guard, command_of({"/bin/sh", "-c", "for i in $(seq 1500); do (true &) ; done; exit 9"}));
  ASSERT_TRUE(process.wait_until_ended(soon()));
  const auto status = guard.wait_for_exit(process.pid(), soon());
  ASSERT_TRUE(status);
  EXPECT_EQ(status->code, 9);
}

TEST(GuardEndAll, EndsADaemonThatIgnoresSignals) {
  const Folder folder;
  Command command = command_of({program("ignores_sigterm")});
  command.output = folder.path() / "output";
  Guard guard = Guard::start({});
  const auto process = spawned(guard, command);
  ASSERT_TRUE(eventually([&] { return posix::read_file(command.output) == "ignoring\n"; }));
  process.signal(SIGTERM);
  EXPECT_TRUE(guard.end_all());
  EXPECT_TRUE(process.has_ended());
  const auto status = guard.exit_of(process.pid());
  ASSERT_TRUE(status);
  EXPECT_EQ(status->code, SIGKILL);
}

TEST(GuardEndAll, EndsAStoppedProcess) {
  Guard guard = Guard::start({});
  const auto process = spawned(guard, command_of({"/bin/sleep", "1000"}));
  process.signal(SIGSTOP);
  EXPECT_TRUE(guard.end_all());
  EXPECT_TRUE(process.has_ended());
}

TEST(GuardEndAll, EndsACrowd) {
  const Folder folder;
  Command command = command_of({program("fork_crowd")});
  command.output = folder.path() / "output";
  Guard guard = Guard::start({});
  spawned(guard, command);
  ASSERT_TRUE(eventually([&] { return posix::read_file(command.output) == "crowded\n"; }));
  ASSERT_THAT(guard.processes(), SizeIs(201));
  EXPECT_TRUE(guard.end_all());
  EXPECT_THAT(guard.processes(), IsEmpty());
}

TEST(GuardEndAll, EndsAChainOfForksAndExits) {
  Guard guard = Guard::start({});
  const auto first = spawned(guard, command_of({program("fork_chain")}));
  ASSERT_TRUE(guard.wait_for_exit(first.pid(), soon()));
  EXPECT_TRUE(guard.end_all());
  EXPECT_THAT(guard.processes(), IsEmpty());
}

TEST(GuardEndAll, LeavesTheGuardUsable) {
  Guard guard = Guard::start({});
  spawned(guard, command_of({"/bin/sleep", "1000"}));
  ASSERT_TRUE(guard.end_all());
  const auto process = spawned(guard, command_of({"/bin/sh", "-c", "exit 4"}));
  const auto status = guard.wait_for_exit(process.pid(), soon());
  ASSERT_TRUE(status);
  EXPECT_EQ(status->code, 4);
}

TEST(Guard, EndsEverythingWhenItIsDestroyed) {
  std::optional<posix::ProcessHandle> process;
  std::optional<posix::ProcessHandle> guard_process;
  {
    Guard guard = Guard::start({});
    process = spawned(guard, command_of({program("ignores_sigterm")}));
    guard_process = posix::ProcessHandle::open(guard.pid());
  }
  EXPECT_TRUE(process->has_ended());
  EXPECT_TRUE(guard_process->has_ended());
}

TEST(Guard, IsNamedWhereItWasKilledAndItsProcessesGoWithIt) {
  Guard guard = Guard::start({});
  const auto process =
      spawned(guard, command_of({"/bin/sh", "-c", "setsid sleep 1000 & sleep 1000; true"}));
  ASSERT_TRUE(eventually([&] { return guard.processes().size() == 3; }));
  const std::vector<pid_t> pids = guard.processes();
  posix::ProcessHandle::open(guard.pid())->signal(SIGKILL);
  try {
    guard.wait_for_exit(process.pid(), soon());
    ADD_FAILURE() << "a guard that is gone was not noticed";
  } catch (const HarnessError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("guard process " + std::to_string(guard.pid())),
                                    HasSubstr("SIGKILL")));
  }
  for (const pid_t pid : pids) {
    EXPECT_TRUE(eventually([&] {
      const auto handle = posix::ProcessHandle::open(pid);
      return !handle || handle->has_ended();
    })) << pid;
  }
}

TEST(Guard, EndsInOrderOnSigterm) {
  Guard guard = Guard::start({});
  const auto process = spawned(guard, command_of({"/bin/sleep", "1000"}));
  posix::ProcessHandle::open(guard.pid())->signal(SIGTERM);
  EXPECT_TRUE(process.wait_until_ended(soon()));
}

TEST(Companion, TellsWhereItLooked) {
  try {
    companion("no-such-companion");
    ADD_FAILURE() << "found what does not exist";
  } catch (const HarnessError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("no-such-companion"), HasSubstr("libexec/watertight"),
                                    HasSubstr("WATERTIGHT_LIBEXEC")));
  }
}

}  // namespace
}  // namespace watertight::launch
