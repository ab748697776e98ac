// SPDX-License-Identifier: Apache-2.0
#include "scenario/parse.h"

#include "scenario/stop_profiles.h"

#include <watertight/error.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace watertight::scenario {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// What `parse` complains of; fails the test where it accepts the text.
template <typename Parse>
std::string complaint(Parse parse, std::string_view text) {
  try {
    parse(text);
  } catch (const ScenarioError& error) {
    return error.what();
  }
  ADD_FAILURE() << "accepted `" << text << "`";
  return {};
}

TEST(ParseDuration, KnowsItsUnits) {
  const std::pair<std::string_view, Duration> cases[] = {
      {"250ms", 250ms}, {"5s", 5s},     {"2m", 2min}, {"1h", 1h}, {"1.5s", 1500ms}, {"7", 7s},
      {"0.25", 250ms},  {"10us", 10us}, {"3ns", 3ns}, {"0", 0s},  {"1d", 24h},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(parse_duration(text), expected) << text;
}

TEST(ParseDuration, RejectsWhatIsNone) {
  for (const std::string_view text :
       {"", "s", "-1s", "+1s", "5 s", "5sec", "1e3", "nan", "inf", "5s5", ".5s", "0x10", "400d"})
    EXPECT_THROW(parse_duration(text), ScenarioError) << text;
  EXPECT_THAT(complaint(parse_duration, "5x"), AllOf(HasSubstr("`x`"), HasSubstr("ms")));
}

TEST(ParseCount, KnowsItsUnits) {
  const std::pair<std::string_view, std::uint64_t> cases[] = {
      {"0", 0},          {"4096", 4096}, {"64k", 64'000},
      {"1M", 1'000'000}, {"1.5k", 1500}, {"2G", 2'000'000'000}};
  for (const auto& [text, expected] : cases) EXPECT_EQ(parse_count(text), expected) << text;
}

TEST(ParseCount, RejectsWhatIsNone) {
  for (const std::string_view text :
       {"", "k", "-1", "1.5", "12x", "1 000", "1e6", "99999999999999999999"})
    EXPECT_THROW(parse_count(text), ScenarioError) << text;
}

TEST(ParseWindow, TakesAProfileOrADuration) {
  EXPECT_EQ(parse_window("docker").profile, "docker");
  EXPECT_EQ(parse_window("docker").length, 10s);
  EXPECT_EQ(parse_window("sysvinit").length, 3s);
  EXPECT_EQ(parse_window("kubernetes").length, 30s);
  EXPECT_EQ(parse_window("systemd").length, 90s);
  EXPECT_EQ(parse_window("1500ms").profile, "");
  EXPECT_EQ(parse_window("1500ms").length, 1500ms);
}

TEST(ParseWindow, SuggestsTheProfileThatWasMeant) {
  EXPECT_THAT(complaint(parse_window, "dokcer"), HasSubstr("did you mean `docker`?"));
  EXPECT_THAT(complaint(parse_window, "xyzzy"), HasSubstr("known are: tlpi, sysvinit"));
  EXPECT_THROW(parse_window(""), ScenarioError);
}

TEST(StopProfiles, HaveUniqueNamesWindowsAndSources) {
  std::set<std::string_view> names;
  for (const StopProfile& profile : stop_profiles()) {
    EXPECT_TRUE(names.insert(profile.name).second) << profile.name;
    EXPECT_GT(profile.window, 0s) << profile.name;
    EXPECT_FALSE(profile.source.empty()) << profile.name;
  }
  ASSERT_FALSE(stop_profiles().empty());
  EXPECT_EQ(stop_profiles().front().name, Window{}.profile);
  EXPECT_EQ(stop_profiles().front().window, Window{}.length);
}

TEST(ParseTolerance, ReadsRatesPerOperation) {
  struct Case {
    std::string_view text, resource;
    double per_operation;
  };
  const Case cases[] = {
      {"fds=0", "fds", 0},
      {"rss=1B/op", "rss", 1},
      {"rss=1", "rss", 1},
      {"rss=2KiB/op", "rss", 2048},
      {"heap=1kB/1000op", "heap", 1},
      {"fds=1/1000op", "fds", 0.001},
      {"growth.threads=0.5/op", "threads", 0.5},
      {"files=2/100operations", "files", 0.02},
  };
  for (const Case& c : cases) {
    const Tolerance tolerance = parse_tolerance(c.text);
    EXPECT_EQ(tolerance.resource, c.resource) << c.text;
    EXPECT_DOUBLE_EQ(tolerance.per_operation, c.per_operation) << c.text;
  }
}

TEST(ParseTolerance, RejectsWhatIsNone) {
  for (const std::string_view text :
       {"", "fds", "=0", "fds=", "fds=-1", "fds=1B/op", "rss=1furlong", "rss=1B/s", "rss=1B/0op",
        "rss=1B/1000", "fds=1/", "fds=1/4kop"})
    EXPECT_THROW(parse_tolerance(text), ScenarioError) << text;
  EXPECT_THAT(complaint(parse_tolerance, "fsd=0"), HasSubstr("did you mean `fds`?"));
}

TEST(ParseManners, ReadsAList) {
  EXPECT_THAT(parse_manners("polite,early-close,reset,half-close,no-read,hold"),
              ElementsAre(Manner::kPolite, Manner::kEarlyClose, Manner::kReset, Manner::kHalfClose,
                          Manner::kNoRead, Manner::kHold));
  EXPECT_THAT(complaint(parse_manners, "polite,rset"), HasSubstr("did you mean `reset`?"));
  for (const std::string_view text : {"", ",", "polite,", "polite, reset"})
    EXPECT_THROW(parse_manners(text), ScenarioError) << text;
}

TEST(ParseBlame, KnowsItsWords) {
  EXPECT_EQ(parse_blame("auto"), BlameMode::kAuto);
  EXPECT_EQ(parse_blame("off"), BlameMode::kOff);
  EXPECT_EQ(parse_blame("agent"), BlameMode::kAgent);
  EXPECT_EQ(parse_blame("valgrind"), BlameMode::kValgrind);
  EXPECT_EQ(parse_blame("sanitizer"), BlameMode::kSanitizer);
  EXPECT_THAT(complaint(parse_blame, "valgrnd"), HasSubstr("did you mean `valgrind`?"));
  EXPECT_THROW(parse_blame(""), ScenarioError);
}

TEST(DecodeEscapes, KnowsThoseOfC) {
  using namespace std::string_literals;
  const std::pair<std::string_view, std::string> cases[] = {
      {"", ""},           {"plain", "plain"},    {R"(a\r\n)", "a\r\n"}, {R"(\t\\)", "\t\\"},
      {R"(\0)", "\0"s},   {R"(\x41\x7a)", "Az"}, {R"(\xff)", "\xff"},   {R"(\101\1012)", "AA2"},
      {R"(\x4g)", "\4g"}, {R"(\e\a)", "\x1b\a"}, {R"(\"\'\?)", "\"'?"}, {R"(\08)", "\0"s + "8"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(decode_escapes(text), expected) << text;
}

TEST(DecodeEscapes, RejectsOthers) {
  for (const std::string_view text : {R"(\q)", R"(end\)", R"(\x)", R"(\xg)", R"(\400)", R"(\8)"})
    EXPECT_THROW(decode_escapes(text), ScenarioError) << text;
}

TEST(ParseHostPort, TakesNamesAndAddresses) {
  EXPECT_EQ(parse_host_port("127.0.0.1:80").host, "127.0.0.1");
  EXPECT_EQ(parse_host_port("localhost:65535").port, 65535);
  EXPECT_EQ(parse_host_port("[::1]:8080").host, "::1");
  EXPECT_EQ(parse_host_port("[::1]:8080").port, 8080);
}

TEST(ParseHostPort, RejectsOthers) {
  for (const std::string_view text :
       {"", "8080", "localhost", ":80", "h:", "h:0", "h:65536", "h:-1", "h:8o", "::1:80", "[::1]",
        "[]:80", "[::1:80", "h:80 "})
    EXPECT_THROW(parse_host_port(text), ScenarioError) << text;
}

TEST(ParseReady, KnowsEveryKind) {
  using Kind = Ready::Kind;
  struct Case {
    std::string_view spec;
    Kind kind;
    std::string_view target;
  };
  const Case cases[] = {
      {"auto", Kind::kAuto, ""},
      {"tcp:127.0.0.1:{port}", Kind::kTcp, "127.0.0.1:{port}"},
      {"tcp:[::1]:80", Kind::kTcp, "[::1]:80"},
      {"unix:{state}/s", Kind::kUnix, "{state}/s"},
      {"http:http://127.0.0.1:{port2}/x", Kind::kHttp, "http://127.0.0.1:{port2}/x"},
      {"http://127.0.0.1:{port}/", Kind::kHttp, "http://127.0.0.1:{port}/"},
      {"https://localhost/", Kind::kHttp, "https://localhost/"},
      {"pidfile:{state}/d.pid", Kind::kPidFile, "{state}/d.pid"},
      {"log:ready (on|at): [0-9]{2}", Kind::kLog, "ready (on|at): [0-9]{2}"},
      {"notify", Kind::kNotify, ""},
      {"forked", Kind::kForked, ""},
  };
  for (const Case& c : cases) {
    const Ready ready = parse_ready(c.spec);
    EXPECT_EQ(ready.kind, c.kind) << c.spec;
    EXPECT_EQ(ready.target, c.target) << c.spec;
  }
  EXPECT_EQ(parse_ready("after:250ms").kind, Kind::kAfter);
  EXPECT_EQ(parse_ready("after:250ms").delay, 250ms);
}

TEST(ParseReady, RejectsOthersAndShowsWhatIsRight) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "known are: auto, tcp:HOST:PORT"},
      {"tpc:127.0.0.1:80", "did you mean `tcp:HOST:PORT`?"},
      {"tcp", "write tcp:HOST:PORT"},
      {"tcp:80", "HOST:PORT"},
      {"tcp:localhost:{prot}", "`{prot}` is not a port"},
      {"unix:", "the path is missing"},
      {"http:localhost", "is not a URL"},
      {"http://", "is not a URL"},
      {"http:///x", "is not a URL"},
      {"pidfile:", "the path is missing"},
      {"log:(", "is not a regular expression"},
      {"log:", "is missing"},
      {"notify:x", "write notify"},
      {"after:soon", "is not a duration"},
      {"tcp:127.0.0.1:{port99}", "only 64 ports"},
  };
  for (const auto& [spec, expected] : cases)
    EXPECT_THAT(complaint(parse_ready, spec), HasSubstr(std::string(expected))) << spec;
}

TEST(ParseStress, KnowsEveryKind) {
  using Kind = Stress::Kind;
  struct Case {
    std::string_view spec;
    Kind kind;
    std::string_view target;
  };
  const Case cases[] = {
      {"http://127.0.0.1:{port}/a?b=c", Kind::kHttp, "http://127.0.0.1:{port}/a?b=c"},
      {"tcp:localhost:{port}", Kind::kTcp, "localhost:{port}"},
      {"udp:[::1]:53", Kind::kUdp, "[::1]:53"},
      {"unix:/run/d.sock", Kind::kUnix, "/run/d.sock"},
      {"exec:redis-cli -p {port} ping", Kind::kExec, "redis-cli -p {port} ping"},
      {"pipe:load --to 127.0.0.1:{port}", Kind::kPipe, "load --to 127.0.0.1:{port}"},
      {"signal:HUP", Kind::kSignal, "HUP"},
      {"signal:SIGUSR1", Kind::kSignal, "USR1"},
      {"signal:hup", Kind::kSignal, "HUP"},
      {"idle", Kind::kIdle, ""},
  };
  for (const Case& c : cases) {
    const Stress stress = parse_stress(c.spec);
    EXPECT_EQ(stress.kind, c.kind) << c.spec;
    EXPECT_EQ(stress.target, c.target) << c.spec;
  }
}

TEST(ParseStress, RejectsOthersAndShowsWhatIsRight) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "known are: http://"},
      {"127.0.0.1:80", "is not a stress spec"},
      {"exce:true", "did you mean `exec:COMMAND`?"},
      {"signal", "write signal:HUP"},
      {"signal:HPU", "did you mean `HUP`?"},
      {"signal:KILL", "no daemon can handle SIGKILL"},
      {"exec: ", "the command is missing"},
      {"idle:5s", "write idle"},
      {"udp:53", "the port is missing"},
  };
  for (const auto& [spec, expected] : cases)
    EXPECT_THAT(complaint(parse_stress, spec), HasSubstr(std::string(expected))) << spec;
}

TEST(Suggestion, FindsTheNearWordOnly) {
  const std::vector<std::string> words = {"stress", "strict", "send", "skip", "user"};
  EXPECT_EQ(suggestion("strees", words), "stress");
  EXPECT_EQ(suggestion("STRICT", words), "strict");
  EXPECT_EQ(suggestion("sned", words), "send");
  EXPECT_EQ(suggestion("usr", words), "user");
  EXPECT_EQ(suggestion("banana", words), "");
  EXPECT_EQ(suggestion("", words), "");
  EXPECT_EQ(suggestion("x", {}), "");
}

TEST(GlobMatches, MatchesTheWholeId) {
  EXPECT_TRUE(glob_matches("growth.*", "growth.fds"));
  EXPECT_TRUE(glob_matches("*", "shutdown.idle"));
  EXPECT_TRUE(glob_matches("growth.?ds", "growth.fds"));
  EXPECT_TRUE(glob_matches("growth.fds", "growth.fds"));
  EXPECT_FALSE(glob_matches("growth", "growth.fds"));
  EXPECT_FALSE(glob_matches("fds", "growth.fds"));
  EXPECT_FALSE(glob_matches("", "growth.fds"));
}

TEST(ParseWarp, TakesAFactor) {
  EXPECT_EQ(parse_warp("1000"), 1000);
  EXPECT_EQ(parse_warp("2.5"), 2.5);
  EXPECT_EQ(parse_warp("60x"), 60);
  for (const char* wrong : {"1", "1001", "0", "60s", "x", "", "-5"})
    EXPECT_THROW(parse_warp(wrong), ScenarioError) << wrong;
}

}  // namespace
}  // namespace watertight::scenario
