// SPDX-License-Identifier: Apache-2.0
#include "report/html.h"

#include "report/assets.h"
#include "report/facts.h"
#include "report/html_parts.h"
#include "report/markup.h"
#include "report/shell_words.h"
#include "report/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace watertight::report {
namespace {

constexpr std::size_t kMostEvidence = 200;
constexpr std::size_t kMostLogLines = 100;

/// How a verdict looks: its class in the style sheet, its mark and its word.
struct Look {
  std::string_view name, mark, word;
};

Look look_of(const Report& report) {
  static constexpr std::array<Look, 5> kLooks{{{"pass", "✓", "Pass"},
                                               {"fail", "✗", "Fail"},
                                               {"error", "✗", "Error"},
                                               {"inconclusive", "?", "Inconclusive"},
                                               {"not_applicable", "–", "Not applicable"}}};
  const std::string verdict = report.verdict();
  return *std::ranges::find(kLooks.begin(), kLooks.end() - 1, verdict, &Look::name);
}

Look look_of(const CheckResult& check) {
  switch (check.verdict) {
    case Verdict::kPass:
      return {"pass", "✓", "passed"};
    case Verdict::kInconclusive:
      return {"inconclusive", "?", "not settled"};
    case Verdict::kNotApplicable:
      return {"not_applicable", "–", "not applicable"};
    case Verdict::kFail:
      break;
  }
  switch (check.severity) {
    case Severity::kWarn:
      return {"warn", "!", "warning"};
    case Severity::kInfo:
      return {"info", "·", "note"};
    case Severity::kFail:
      break;
  }
  return {"fail", "✗", "failed"};
}

/// One page while it is written: what is drawn on it, and by which checks.
class HtmlPage {
 public:
  HtmlPage(const Report& report, std::ostream& out) : report_(report), out_(out) {
    for (const CheckResult& check : report.checks) {
      std::optional<Plot> plot = plot_of(report, check);
      if (!plot) continue;
      plot_of_[&check] = plots_.size();
      plots_.push_back(std::move(*plot));
    }
  }

  void write() {
    write_head();
    write_verdict();
    out_ << "<main id=\"main\">\n";
    write_trouble();
    for (const Severity severity : {Severity::kFail, Severity::kWarn, Severity::kInfo})
      write_findings(severity);
    write_list("Not settled", Verdict::kInconclusive);
    write_list("Passed", Verdict::kPass);
    write_other_plots();
    write_not_applicable();
    out_ << "</main>\n";
    write_foot();
  }

 private:
  void write_head();
  void write_verdict();
  void write_facts(const std::vector<std::string>& facts);
  void write_lines(const std::vector<std::string>& lines, std::size_t most);
  void write_trouble();
  void write_findings(Severity severity);
  void write_finding(const Checks& found, const CheckResult& finding);
  void write_plot(const CheckResult& check);
  void write_list(std::string_view title, Verdict verdict);
  void write_other_plots();
  void write_not_applicable();
  void write_foot();

  const Report& report_;
  std::ostream& out_;
  std::vector<Plot> plots_;
  std::map<const CheckResult*, std::size_t> plot_of_;
};

void HtmlPage::write_head() {
  out_ << "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
       << "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
       << "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
       << "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
       << "<meta name=\"color-scheme\" content=\"light dark\">\n"
       << fmt::format("<title>{}: {} · watertight</title>\n", look_of(report_).word,
                      markup(report_.name))
       << "<style>" << kUplotStyle << "</style>\n<style>\n"
       << kPageStyle << "</style>\n</head>\n<body>\n";
}

void HtmlPage::write_verdict() {
  const Look look = look_of(report_);
  out_ << fmt::format(
      "<header class=\"{}\">\n<p class=\"word\"><span aria-hidden=\"true\">{}</span>"
      " {}</p>\n<h1>{}</h1>\n",
      look.name, look.mark, look.word, report_.name.empty() ? "watertight" : markup(report_.name));
  write_facts(headline_facts(report_));
  write_facts(circumstances(report_));
  out_ << "</header>\n";
}

void HtmlPage::write_facts(const std::vector<std::string>& facts) {
  if (facts.empty()) return;
  out_ << "<ul class=\"facts\">";
  for (const std::string& fact : facts) out_ << "<li>" << markup_of_prose(fact) << "</li>";
  out_ << "</ul>\n";
}

void HtmlPage::write_lines(const std::vector<std::string>& lines, std::size_t most) {
  const std::size_t shown = std::min(lines.size(), most);
  out_ << "<pre>";
  for (std::size_t i = 0; i < shown; ++i)
    for (const std::string& line : split_lines(lines[i])) out_ << markup_of_prose(line) << '\n';
  if (shown < lines.size())
    out_ << fmt::format("… {} more lines in the JSON report\n", lines.size() - shown);
  out_ << "</pre>\n";
}

/// What befell the run beside the verdicts.
void HtmlPage::write_trouble() {
  if (report_.error.empty() && report_.failed_operations == 0 && report_.log_tail.empty()) return;
  out_ << "<section class=\"error\"><h2>What went wrong</h2>\n";
  if (!report_.error.empty()) write_lines({report_.error}, 1);
  if (report_.failed_operations > 0)
    out_ << "<p>" << markup_of_prose(failed_operations(report_)) << "</p>\n";
  if (!report_.log_tail.empty()) {
    out_ << "<h3>Last lines of the daemon's output</h3>\n";
    write_lines({report_.log_tail.end() -
                     static_cast<std::ptrdiff_t>(std::min(report_.log_tail.size(), kMostLogLines)),
                 report_.log_tail.end()},
                kMostLogLines);
  }
  write_html_stacks(report_.stacks, out_);
  out_ << "</section>\n";
}

void HtmlPage::write_findings(Severity severity) {
  static constexpr std::array<std::string_view, 3> kTitles{"Failed", "Warnings", "Notes"};
  const Checks found = select(report_, Verdict::kFail);
  bool is_first = true;
  for (const CheckResult* finding : found) {
    if (finding->severity != severity || is_folded(found, *finding)) continue;
    if (is_first)
      out_ << fmt::format("<section><h2>{}</h2>\n", kTitles[static_cast<std::size_t>(severity)]);
    is_first = false;
    write_finding(found, *finding);
  }
  if (!is_first) out_ << "</section>\n";
}

void HtmlPage::write_finding(const Checks& found, const CheckResult& finding) {
  const Look look = look_of(finding);
  const std::string id = markup(finding.id);
  out_ << fmt::format(
      "<article class=\"{0}\" id=\"{1}\">\n<h3><span aria-hidden=\"true\">{2}</span> "
      "<a href=\"#{1}\">{1}</a> <span class=\"spoken\">{3}</span></h3>\n<p>{4}</p>\n",
      look.name, id, look.mark, look.word, markup_of_prose(finding.summary));
  write_facts(meaning(finding));
  write_plot(finding);
  write_html_timeline(finding.timeline, out_);
  write_html_blame(finding.blame, out_);
  if (!finding.evidence.empty()) {
    out_ << "<h4>Evidence</h4>\n";
    write_lines(finding.evidence, kMostEvidence);
  }
  write_html_stacks(finding.stacks, out_);
  for (const CheckResult* other : found) {
    if (find_cause(found, *other) != &finding || !is_folded(found, *other)) continue;
    out_ << fmt::format("<p class=\"hence\">hence <b>{}</b>: {}</p>\n", markup(other->id),
                        markup_of_prose(other->summary));
    write_plot(*other);
  }
  out_ << "</article>\n";
}

/// Once a check.
void HtmlPage::write_plot(const CheckResult& check) {
  const auto found = plot_of_.find(&check);
  if (found == plot_of_.end()) return;
  write_html_plot(plots_[found->second], found->second, out_);
  plot_of_.erase(found);
}

void HtmlPage::write_list(std::string_view title, Verdict verdict) {
  const Checks checks = select(report_, verdict);
  if (checks.empty()) return;
  const Look look = look_of(*checks.front());
  out_ << fmt::format("<section class=\"{}\"><h2>{}</h2>\n<dl>\n", look.name, title);
  for (const Checks& group : by_sentence(checks)) {
    out_ << fmt::format("<dt><span aria-hidden=\"true\">{}</span> {}</dt><dd>{}</dd>\n", look.mark,
                        markup(join_ids(group)), markup_of_prose(group.front()->summary));
  }
  out_ << "</dl></section>\n";
}

void HtmlPage::write_other_plots() {
  if (plot_of_.empty()) return;
  out_ << "<section><h2>Over the operations</h2>\n<div class=\"plots\">\n";
  for (const CheckResult& check : report_.checks) {
    if (!plot_of_.contains(&check)) continue;
    out_ << fmt::format("<div class=\"{}\">", look_of(check).name);
    write_plot(check);
    out_ << "</div>\n";
  }
  out_ << "</div></section>\n";
}

void HtmlPage::write_not_applicable() {
  if (select(report_, Verdict::kNotApplicable).empty()) return;
  out_ << "<details class=\"aside\"><summary>Not applicable</summary>\n";
  write_list("Not applicable", Verdict::kNotApplicable);
  out_ << "</details>\n";
}

void HtmlPage::write_foot() {
  out_ << "<footer>\n";
  if (!report_.invocation.empty()) {
    out_ << "<h2>Run it again</h2>\n<pre class=\"command\">"
         << markup(shell_words(report_.invocation)) << "</pre>\n";
  }
  if (!report_.command.empty()) {
    out_ << "<h2>The daemon as it ran</h2>\n<pre>" << markup(shell_words(report_.command))
         << "</pre>\n";
  }
  out_ << "<p>watertight " WATERTIGHT_VERSION "</p>\n</footer>\n"
       << "<script type=\"application/json\" id=\"plots\">" << html_plot_data(plots_)
       << "</script>\n<script>" << kUplotScript << "</script>\n<script>\n"
       << kPageScript << "</script>\n</body>\n</html>\n";
}

}  // namespace

void write_html(const Report& report, std::ostream& out) { HtmlPage(report, out).write(); }

}  // namespace watertight::report
