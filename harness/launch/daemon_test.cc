// SPDX-License-Identifier: Apache-2.0
#include "launch/daemon.h"

#include "launch/test_support.h"
#include "launch/time_warp.h"
#include "posix/file.h"
#include "posix/socket.h"
#include "proc/process.h"

#include <watertight/error.h>

#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

namespace watertight::launch {
namespace {

namespace fs = std::filesystem;

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::eventually;
using testing::Folder;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::program;
using testing::scenario_of;

using Kind = LaunchFailure::Kind;

Daemon launched(const Scenario& scenario) {
  auto result = launch(scenario);
  if (const auto* failure = std::get_if<LaunchFailure>(&result)) {
    throw std::runtime_error(failure->message);
  }
  return std::get<Daemon>(std::move(result));
}

LaunchFailure failure_of(const Scenario& scenario) {
  auto result = launch(scenario);
  if (auto* failure = std::get_if<LaunchFailure>(&result)) return *failure;
  return {Kind::kCannotExecute, "it was launched", {}};
}

std::string text_of(const fs::path& path) { return posix::read_file(path).value_or("(no file)"); }

Scenario sleeper() { return scenario_of({"/bin/sleep", "1000"}); }

TEST(Launch, GivesARunningDaemonAndRemovesAllOfIt) {
  fs::path root;
  std::optional<posix::ProcessHandle> main;
  {
    const Daemon daemon = launched(sleeper());
    EXPECT_TRUE(daemon.is_alive());
    EXPECT_THAT(daemon.processes(), ElementsAre(daemon.main().pid()));
    EXPECT_EQ(daemon.instance().pid, daemon.main().pid());
    EXPECT_GT(daemon.ready_after().count(), 0);
    root = daemon.folder().root();
    main = posix::ProcessHandle::open(daemon.main().pid());
    EXPECT_TRUE(fs::exists(root));
  }
  EXPECT_TRUE(main->has_ended());
  EXPECT_FALSE(fs::exists(root));
}

TEST(Launch, GivesTheDaemonATemporaryFolderOfItsOwn) {
  const Daemon daemon = launched(scenario_of({"/bin/sh", "-c", "echo $TMPDIR; exec sleep 1000"}));
  EXPECT_THAT(daemon.log_tail(), ElementsAre((daemon.folder().state() / "tmp").native()));
}

TEST(Launch, LeavesATmpdirThatTheUserSet) {
  Scenario scenario = scenario_of({"/bin/sh", "-c", "echo $TMPDIR; exec sleep 1000"});
  scenario.environment["TMPDIR"] = "/somewhere";
  EXPECT_THAT(launched(scenario).log_tail(), ElementsAre("/somewhere"));
}

TEST(Launch, WarpsTheDaemonAndNotItsSetup) {
  Scenario scenario =
      scenario_of({"/bin/sh", "-c", "echo ${LD_PRELOAD##*/} $FAKETIME; exec /bin/sleep 1000000"});
  scenario.setup = {"echo setup with ${FAKETIME:-our time}"};
  scenario.environment["LD_PRELOAD"] = "";
  scenario.warp = 60;
  try {
    find_time_warp();
  } catch (const HarnessError& error) {
    GTEST_SKIP() << error.what();
  }
  const Daemon daemon = launched(scenario);
  EXPECT_THAT(daemon.log_tail(), ElementsAre("libfaketimeMT.so.1 +0 x60"));
  EXPECT_EQ(text_of(daemon.folder().output()), "setup with our time\n");
  EXPECT_TRUE(eventually([&] { return why_not_warped(daemon.main().pid()).empty(); }));
}

TEST(Launch, WritesFilesThenRunsSetupThenTheDaemonThenTeardown) {
  const Folder kept;
  Scenario scenario =
      scenario_of({"/bin/sh", "-c", "cat {state}/etc/d.conf {state}/made; exec sleep 1000"});
  scenario.files = {{"etc/d.conf", "port={port}\n"}};
  scenario.setup = {"echo setup; cp etc/d.conf made", "echo again >>made"};
  scenario.teardown = {"cp made " + (kept.path() / "saved").native()};
  std::string port_line;
  {
    const Daemon daemon = launched(scenario);
    port_line = "port=" + std::to_string(daemon.instance().ports.at(0));
    EXPECT_THAT(daemon.log_tail(), ElementsAre(port_line, port_line, "again"));
    EXPECT_EQ(text_of(daemon.folder().output()), "setup\n");
    EXPECT_FALSE(fs::exists(kept.path() / "saved"));
  }
  EXPECT_EQ(text_of(kept.path() / "saved"), port_line + "\nagain\n");
}

TEST(Launch, TellsWhichSetupCommandFailed) {
  Scenario scenario = sleeper();
  scenario.setup = {"echo all is well", "echo no disk >&2; exit 3"};
  const LaunchFailure failure = failure_of(scenario);
  EXPECT_EQ(failure.kind, Kind::kSetupFailed);
  EXPECT_THAT(failure.message, AllOf(HasSubstr("no disk"), HasSubstr("exited with 3")));
  EXPECT_THAT(failure.log_tail, ElementsAre("all is well", "no disk"));
}

TEST(Launch, TellsThatAProgramIsMissing) {
  const LaunchFailure failure = failure_of(scenario_of({"no-such-daemon"}));
  EXPECT_EQ(failure.kind, Kind::kCannotExecute);
  EXPECT_THAT(failure.message, HasSubstr("no-such-daemon"));
}

TEST(Launch, TellsHowADaemonDiedAndWhatItSaidLast) {
  const LaunchFailure failure =
      failure_of(scenario_of({"/bin/sh", "-c", "echo cannot open config >&2; exit 9"}));
  EXPECT_EQ(failure.kind, Kind::kDied);
  EXPECT_THAT(failure.message, HasSubstr("exited with 9"));
  EXPECT_THAT(failure.log_tail, ElementsAre("cannot open config"));
}

TEST(Launch, TellsThatADaemonWasKilled) {
  const LaunchFailure failure = failure_of(scenario_of({"/bin/sh", "-c", "kill -SEGV $$"}));
  EXPECT_EQ(failure.kind, Kind::kDied);
  EXPECT_THAT(failure.message, HasSubstr("SIGSEGV"));
}

TEST(Launch, TellsThatACommandLeftNothingBehind) {
  const LaunchFailure failure = failure_of(scenario_of({"/bin/true"}));
  EXPECT_EQ(failure.kind, Kind::kDied);
  EXPECT_THAT(failure.message, HasSubstr("left no process"));
}

TEST(Launch, TellsWhatItWaitedForAndWhatItSaw) {
  Scenario scenario = sleeper();
  scenario.ready.kind = Ready::Kind::kTcp;
  scenario.ready.target = "127.0.0.1:{port}";
  scenario.ready.timeout = std::chrono::milliseconds(100);
  const LaunchFailure failure = failure_of(scenario);
  EXPECT_EQ(failure.kind, Kind::kNotReady);
  EXPECT_THAT(failure.message,
              AllOf(HasSubstr("tcp 127.0.0.1:"), HasSubstr("sleep 1000"), HasSubstr("in state S"),
                    HasSubstr("listening on nothing"), HasSubstr("--ready")));
}

TEST(Launch, StopsWhenInterrupted) {
  Scenario scenario = sleeper();
  scenario.ready.kind = Ready::Kind::kForked;
  const auto result = launch(scenario, [] { return SIGINT; });
  const auto* failure = std::get_if<LaunchFailure>(&result);
  ASSERT_NE(failure, nullptr);
  EXPECT_EQ(failure->kind, Kind::kInterrupted);
}

TEST(Launch, StopsASetupCommandWhenInterrupted) {
  Scenario scenario = sleeper();
  scenario.setup = {"sleep 1000"};
  const auto result = launch(scenario, [] { return SIGINT; });
  const auto* failure = std::get_if<LaunchFailure>(&result);
  ASSERT_NE(failure, nullptr);
  EXPECT_EQ(failure->kind, Kind::kInterrupted);
}

TEST(Launch, NamesWhoHoldsThePort) {
  const posix::UniqueFd ours =
      posix::listen_at(posix::SocketAddress::resolve("127.0.0.1", 0).at(0));
  const std::uint16_t port = posix::SocketAddress::local(ours).port();
  Scenario scenario = sleeper();
  Stress stress;
  stress.kind = Stress::Kind::kTcp;
  stress.target = "127.0.0.1:" + std::to_string(port);
  scenario.stress = {stress};
  const LaunchFailure failure = failure_of(scenario);
  EXPECT_EQ(failure.kind, Kind::kPortTaken);
  EXPECT_THAT(failure.message,
              AllOf(HasSubstr(stress.target), HasSubstr("process " + std::to_string(::getpid())),
                    HasSubstr("{port}")));
}

TEST(Launch, RunsAsAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can change the user";
  Scenario scenario =
      scenario_of({"/bin/sh", "-c",
                   "id -un; touch {state}/mine $TMPDIR/too; cat {state}/file; exec sleep 1000"});
  scenario.user = "nobody";
  scenario.files = {{"file", "readable\n"}};
  scenario.setup = {"id -un"};
  const Daemon daemon = launched(scenario);
  EXPECT_THAT(daemon.log_tail(), ElementsAre("nobody", "readable"));
  EXPECT_EQ(text_of(daemon.folder().output()), "nobody\n");
  EXPECT_TRUE(fs::exists(daemon.folder().state() / "mine"));
}

TEST(Launch, TellsThatAUserIsUnknown) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can change the user";
  Scenario scenario = sleeper();
  scenario.user = "no-such-user";
  EXPECT_THAT(failure_of(scenario).message, HasSubstr("no-such-user"));
}

TEST(LaunchMain, IsTheProcessThatThePidFileNames) {
  Scenario scenario = scenario_of({program("double_fork"), "{state}/pid"});
  scenario.pid_file = "{state}/pid";
  Daemon daemon = launched(scenario);
  const pid_t named = std::stoi(text_of(daemon.scenario().pid_file));
  EXPECT_EQ(daemon.main().pid(), named);
  EXPECT_FALSE(daemon.exit_status());
  daemon.main().signal(SIGTERM);
  ASSERT_TRUE(eventually([&] { return !daemon.is_alive(); }));
  const auto status = daemon.exit_status();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->code, 7);
}

TEST(LaunchMain, IsTheOldestSurvivorOfALauncher) {
  Scenario scenario = scenario_of({program("double_fork"), "{state}/pid"});
  scenario.ready.kind = Ready::Kind::kForked;
  const Daemon daemon = launched(scenario);
  const fs::path pid_file = daemon.folder().state() / "pid";
  ASSERT_TRUE(eventually([&] { return text_of(pid_file).ends_with('\n'); }));
  EXPECT_EQ(text_of(pid_file), std::to_string(daemon.main().pid()) + "\n");
}

TEST(LaunchMain, IsTheOneThatMainpidNames) {
  Scenario scenario = scenario_of({program("notifies")});
  scenario.ready.kind = Ready::Kind::kNotify;
  const Daemon daemon = launched(scenario);
  EXPECT_THAT(daemon.processes(), ::testing::SizeIs(2));
  const auto stat = proc::read_stat(daemon.main().pid());
  ASSERT_TRUE(stat);
  EXPECT_THAT(daemon.processes(), Contains(stat->parent));
}

/// Readiness of a daemon that needs 50 ms before it serves anything.
void expect_ready_when_it_listens(const Scenario& scenario) {
  const Daemon daemon = launched(scenario);
  EXPECT_GE(daemon.ready_after(), std::chrono::milliseconds(50));
  EXPECT_TRUE(daemon.is_alive());
}

TEST(Ready, WaitsForATcpPort) {
  Scenario scenario = scenario_of({program("listens"), "tcp", "{port}"});
  scenario.ready.kind = Ready::Kind::kTcp;
  scenario.ready.target = "127.0.0.1:{port}";
  expect_ready_when_it_listens(scenario);
}

TEST(Ready, WaitsForAUnixSocket) {
  Scenario scenario = scenario_of({program("listens"), "unix", "{state}/socket"});
  scenario.ready.kind = Ready::Kind::kUnix;
  scenario.ready.target = "{state}/socket";
  expect_ready_when_it_listens(scenario);
}

TEST(Ready, WaitsForAnHttpStatusBelow500) {
  Scenario scenario = scenario_of({program("listens"), "http", "{port}"});
  scenario.ready.kind = Ready::Kind::kHttp;
  scenario.ready.target = "http://127.0.0.1:{port}/health";
  expect_ready_when_it_listens(scenario);
}

TEST(Ready, TellsWhichHttpStatusItGot) {
  Scenario scenario = scenario_of({program("listens"), "http", "{port}"});
  scenario.ready.kind = Ready::Kind::kHttp;
  scenario.ready.target = "http://127.0.0.1:{port}/";
  scenario.ready.timeout = std::chrono::milliseconds(1);
  const LaunchFailure failure = failure_of(scenario);
  EXPECT_EQ(failure.kind, Kind::kNotReady);
  EXPECT_THAT(failure.message, HasSubstr("below 500"));
}

TEST(Ready, WaitsForAPidFile) {
  Scenario scenario =
      scenario_of({"/bin/sh", "-c", "sleep 0.05; echo $$ >{state}/pid; exec sleep 1000"});
  scenario.ready.kind = Ready::Kind::kPidFile;
  scenario.ready.target = "{state}/pid";
  const Daemon daemon = launched(scenario);
  EXPECT_EQ(text_of(daemon.folder().state() / "pid"), std::to_string(daemon.main().pid()) + "\n");
}

TEST(Ready, DoesNotBelieveAPidFileThatNamesSomebodyElse) {
  Scenario scenario = scenario_of(
      {"/bin/sh", "-c", "echo " + std::to_string(::getpid()) + " >{state}/pid; exec sleep 1000"});
  scenario.ready.kind = Ready::Kind::kPidFile;
  scenario.ready.target = "{state}/pid";
  scenario.ready.timeout = std::chrono::milliseconds(200);
  EXPECT_EQ(failure_of(scenario).kind, Kind::kNotReady);
}

TEST(Ready, WaitsForALineOfOutput) {
  Scenario scenario =
      scenario_of({"/bin/sh", "-c",
                   "echo starting; printf 'now '; sleep 0.05; echo serving 7; exec sleep 1000"});
  scenario.ready.kind = Ready::Kind::kLog;
  scenario.ready.target = "^now serving [0-9]$";
  EXPECT_THAT(launched(scenario).log_tail(), ElementsAre("starting", "now serving 7"));
}

TEST(Ready, DoesNotTakeTheOutputOfSetupForTheDaemons) {
  Scenario scenario = sleeper();
  scenario.setup = {"echo ready"};
  scenario.ready.kind = Ready::Kind::kLog;
  scenario.ready.target = "ready";
  scenario.ready.timeout = std::chrono::milliseconds(200);
  EXPECT_EQ(failure_of(scenario).kind, Kind::kNotReady);
}

TEST(Ready, WaitsForALauncherToExit) {
  Scenario scenario = scenario_of({"/bin/sh", "-c", "sleep 1000 & sleep 0.05"});
  scenario.ready.kind = Ready::Kind::kForked;
  EXPECT_GE(launched(scenario).ready_after(), std::chrono::milliseconds(50));
}

TEST(Ready, WaitsForATime) {
  Scenario scenario = sleeper();
  scenario.ready.kind = Ready::Kind::kAfter;
  scenario.ready.delay = std::chrono::milliseconds(30);
  EXPECT_GE(launched(scenario).ready_after(), scenario.ready.delay);
}

TEST(ReadyByItself, WaitsForTheEndpointOfTheStressWithoutConnecting) {
  Scenario scenario = scenario_of({program("listens"), "tcp", "{port}"});
  scenario.environment["MUST_NOT_BE_ASKED"] = "1";
  Stress stress;
  stress.kind = Stress::Kind::kTcp;
  stress.target = "localhost:{port}";
  scenario.stress = {stress};
  expect_ready_when_it_listens(scenario);
}

TEST(ReadyByItself, WaitsForADatagramSocket) {
  Scenario scenario = scenario_of({program("listens"), "udp", "{port}"});
  Stress stress;
  stress.kind = Stress::Kind::kUdp;
  stress.target = "127.0.0.1:{port}";
  scenario.stress = {stress};
  expect_ready_when_it_listens(scenario);
}

TEST(ReadyByItself, WaitsForAnyNewListener) {
  expect_ready_when_it_listens(scenario_of({program("listens"), "tcp", "{port}"}));
}

TEST(ReadyByItself, TakesABusyDaemonThatNeverListens) {
  const Daemon daemon = launched(scenario_of({"/bin/sh", "-c", "while :; do :; done"}));
  EXPECT_TRUE(daemon.is_alive());
}

TEST(ReadyByItself, FollowsADaemonThatForksAway) {
  Scenario scenario = scenario_of({program("double_fork"), "{state}/pid"});
  const Daemon daemon = launched(scenario);
  EXPECT_TRUE(daemon.is_alive());
}

TEST(Daemon, KillsAllOfItself) {
  Scenario scenario = scenario_of({program("fork_crowd")});
  scenario.ready.kind = Ready::Kind::kLog;
  scenario.ready.target = "crowded";
  Daemon daemon = launched(scenario);
  EXPECT_THAT(daemon.processes(), ::testing::SizeIs(201));
  EXPECT_THAT(daemon.kill_all(), IsEmpty());
  EXPECT_THAT(daemon.processes(), IsEmpty());
  ASSERT_TRUE(daemon.exit_status());
  EXPECT_EQ(daemon.exit_status()->code, SIGKILL);
}

TEST(Daemon, KeepsItsHandlesWhenItIsMoved) {
  Daemon first = launched(sleeper());
  const pid_t pid = first.main().pid();
  const Guard* workbench = &first.workbench();
  const Daemon second = std::move(first);
  EXPECT_EQ(second.main().pid(), pid);
  EXPECT_EQ(&const_cast<Daemon&>(second).workbench(), workbench);
}

TEST(Daemon, CountsNoProcessOfTheWorkbench) {
  Daemon daemon = launched(sleeper());
  const auto other = daemon.workbench().spawn(testing::command_of({"/bin/sleep", "1000"}));
  ASSERT_TRUE(std::holds_alternative<posix::ProcessHandle>(other));
  EXPECT_THAT(daemon.processes(), ElementsAre(daemon.main().pid()));
}

}  // namespace
}  // namespace watertight::launch
