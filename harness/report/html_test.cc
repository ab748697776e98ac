// SPDX-License-Identifier: Apache-2.0
#include "report/html.h"

#include "report/assets.h"
#include "report/sample_reports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <regex>
#include <sstream>

namespace watertight::report {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string written(const Report& report) {
  std::ostringstream out;
  write_html(report, out);
  return out.str();
}

constexpr std::string_view kNoBreak = "\u00a0";

/// What the page says, without its style and its scripts; a no-break space is a space.
std::string body(const Report& report) {
  std::string page = written(report);
  const std::size_t start = page.find("<body>");
  page = page.substr(start, page.find("<script", start) - start);
  for (std::size_t at = 0; (at = page.find(kNoBreak, at)) != std::string::npos;)
    page.replace(at, kNoBreak.size(), " ");
  return page;
}

json plots(const Report& report) {
  const std::string page = written(report);
  const std::string opening = "<script type=\"application/json\" id=\"plots\">";
  const std::size_t start = page.find(opening) + opening.size();
  return json::parse(page.substr(start, page.find("</script>", start) - start));
}

std::size_t count(const std::string& text, std::string_view what) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += what.size())
    ++found;
  return found;
}

TEST(WriteHtml, SaysTheVerdictFirst) {
  const std::string page = body(leaking_report());
  EXPECT_THAT(page, HasSubstr("<header class=\"fail\">"));
  EXPECT_LT(page.find("</span> Fail</p>"), page.find("leaks 1 fd per operation"));
  EXPECT_THAT(body(clean_report()), HasSubstr("<header class=\"pass\">"));
  EXPECT_THAT(body(unstartable_report()), HasSubstr("<header class=\"error\">"));
  EXPECT_THAT(body(interrupted_report()), HasSubstr("<header class=\"inconclusive\">"));
  EXPECT_THAT(body(Report{}), HasSubstr("<header class=\"not_applicable\">"));
}

TEST(WriteHtml, TellsAFindingWithBlameEvidenceAndWhatFollows) {
  EXPECT_THAT(
      body(leaking_report()),
      AllOf(HasSubstr("<article class=\"fail\" id=\"growth.fds\">"),
            HasSubstr("bad_loop (leaks_fd.c:31)"), HasSubstr("title=\"/src/leaks_fd.c:31\""),
            HasSubstr("called by main (leaks_fd.c:60)"), HasSubstr("+4 096 /var/log/data.log"),
            HasSubstr("hence <b>growth.rss</b>")));
}

TEST(WriteHtml, TellsWhatIsNotSettledWhatPassedAndWhatWentWrong) {
  EXPECT_THAT(body(leaking_report()),
              AllOf(HasSubstr("<article class=\"warn\" id=\"growth.files\">"),
                    HasSubstr("needs about 40 000 more operations"),
                    HasSubstr("would have caught 1 thread in 1 000 operations"),
                    HasSubstr("sampled at window edges only")));
  EXPECT_THAT(body(unstartable_report()), HasSubstr("Address already in use"));
}

TEST(WriteHtml, DrawsEverySeriesOnce) {
  const Report report = long_report(100);
  EXPECT_EQ(count(body(report), "<figure"), 4u);
  EXPECT_EQ(count(body(report), "<polyline"), 4u);
  EXPECT_EQ(plots(report).size(), 4u);
  EXPECT_EQ(plots(report)[0]["resource"], "heap");
  EXPECT_EQ(plots(report)[0]["x"].size(), 100u);
  EXPECT_EQ(plots(report)[0]["line"]["rate"], 48);
  EXPECT_EQ(plots(report)[0]["decided"], 4800);
}

TEST(WriteHtml, CanBeReadWithoutScripts) {
  EXPECT_THAT(
      body(leaking_report()),
      AllOf(HasSubstr("aria-label=\"12 fds after 1 024 operations, 4 108 fds after 5 120\""),
            HasSubstr("<tr><td>4 096</td><td>3 084 fds</td></tr>")));
}

TEST(WriteHtml, DrawsWhatTheJudgeSaw) {
  const Report report = long_report(100);
  const json plot = plots(report)[0];
  ASSERT_FALSE(plot["floors"].empty());
  EXPECT_LE(plot["floors"].back()[1], 4800) << "the floors end where it was decided";
  EXPECT_THAT(body(report),
              AllOf(HasSubstr("<path class=\"floors\" d=\"M"), HasSubstr("least of each block"),
                    HasSubstr("<path class=\"fitted\" d=\"M0.0,"),
                    HasSubstr("<path class=\"decided\" d=\"M448.5,0V120"),
                    HasSubstr("fitted growth, with its 99 % interval")));
}

TEST(WriteHtml, TearsNoNumberApart) {
  Report report = leaking_report();
  report.checks[0].summary = "leaks 21 440 of 1 234 567 fds in 3 rounds, 12 3456";
  report.invocation = {"watertight", "check", "21 440"};
  EXPECT_THAT(written(report),
              AllOf(HasSubstr("leaks 21\u00a0440 of 1\u00a0234\u00a0567 fds in 3 rounds, 12 3456"),
                    HasSubstr("&#39;21 440&#39;")));
}

TEST(WriteHtml, ThinsALongSeriesAndSaysSo) {
  Report report = long_report(100000);
  report.series["fds"][54321] = 4711;
  const std::string page = written(report);
  EXPECT_LT(page.size(), 1000000u);
  EXPECT_THAT(
      body(report),
      HasSubstr("of 100 000 samples the least and the greatest in each of 1 000 stretches"));
  EXPECT_THAT(body(report), HasSubstr("4 711 fds at most"));
  EXPECT_THAT(plots(report)[1]["y"], testing::Contains(4711));
  EXPECT_THAT(written(long_report(2000)), Not(HasSubstr("Thinned")));
}

TEST(WriteHtml, ShowsWhatSeveralStacksShare) {
  EXPECT_THAT(body(long_report(10)),
              AllOf(HasSubstr("<li style=\"flex-grow:1.0000\"><span title=\"main (main.cc:60)\">"),
                    HasSubstr("<li style=\"flex-grow:0.9500\"><span title=\"on_request")));
  EXPECT_THAT(body(leaking_report()), Not(HasSubstr("class=\"icicle\"")));
}

TEST(WriteHtml, TellsWhatHappenedWhen) {
  Report report = leaking_report();
  report.checks[0].timeline = {{0, "SIGTERM"}, {1, "<main> ended"}, {4, "SIGKILL"}};
  EXPECT_THAT(body(report), AllOf(HasSubstr("<span>SIGTERM</span><i style=\"--at:0.0%\">"),
                                  HasSubstr("<span>&lt;main&gt; ended</span><i style=\"--at:25.0%"),
                                  HasSubstr("--at:100.0%\"></i><b>4.0 s</b>")));
  report.checks[0].timeline = {{0, "SIGTERM"}};
  EXPECT_THAT(body(report), HasSubstr("<i style=\"--at:0.0%\"></i><b>0 s</b>"));
}

TEST(WriteHtml, TellsHowToRunItAgain) {
  EXPECT_THAT(body(long_report(10)),
              HasSubstr("watertight check --stress &#39;http://127.0.0.1:{port}/a b&#39; -- "));
}

TEST(WriteHtml, LetsNoDaemonWriteThePage) {
  const std::string evil = "</script><script>alert(1)</script><img src=x onerror='a' \"\u2028";
  Report report = hostile_report();
  report.name = evil;
  report.error = evil;
  report.log_tail = {evil};
  report.invocation = {evil};
  for (CheckResult& check : report.checks) {
    check.id = "growth." + evil;
    check.summary = evil;
    check.evidence = {evil};
    for (Blame& blame : check.blame) blame.frames[0].function = blame.what = evil;
  }
  report.series = {{"operations", {1, 2}}, {evil, {1, 2}}};
  const std::string page = written(report);
  EXPECT_EQ(count(page, "<script"), 3u);
  EXPECT_EQ(count(page, "</script"), 3u);
  EXPECT_EQ(count(page, "<img"), 0u);
  EXPECT_EQ(count(page, "\u2028"), 0u);
  EXPECT_EQ(plots(report)[0]["resource"], evil);
}

TEST(WriteHtml, AsksTheNetworkForNothing) {
  const std::string page = written(long_report(10));
  EXPECT_FALSE(std::regex_search(page, std::regex("(src|href)=\"[^#]|@import|url\\(")));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
}

TEST(WriteHtml, HoldsUnderAnything) {
  const std::string page = written(hostile_report());
  EXPECT_THAT(page, Not(HasSubstr("\x1B")));
  EXPECT_THAT(page, HasSubstr("\uFFFD"));
  EXPECT_TRUE(page.ends_with("</html>\n"));
}

}  // namespace
}  // namespace watertight::report
