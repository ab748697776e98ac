// SPDX-License-Identifier: Apache-2.0

/// \file Shows every kind of report, to look at and for the tests of the schemas:
/// `report_gallery` as on this terminal, `report_gallery FOLDER` as files of every format
/// in a folder, `report_gallery FOLDER large` as large.html, with 13 resources of 100 000 samples.

#include "report/html.h"
#include "report/json.h"
#include "report/junit.h"
#include "report/openmetrics.h"
#include "report/sample_reports.h"
#include "report/sarif.h"
#include "report/tap.h"
#include "report/terminal.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>

namespace {

struct Format {
  std::string_view suffix;
  void (*write)(const watertight::Report&, std::ostream&);
};

void write_sarif(const watertight::Report& report, std::ostream& out) {
  watertight::report::write_sarif(report, watertight::report::sample_rules(), "/src", out);
}

constexpr Format kFormats[] = {
    {".json", watertight::report::write_json},        {".xml", watertight::report::write_junit},
    {".html", watertight::report::write_html},        {".tap", watertight::report::write_tap},
    {".prom", watertight::report::write_openmetrics}, {".sarif", write_sarif}};

}  // namespace

int main(int argc, char** argv) {
  using namespace watertight::report;
  if (argc > 2) {
    std::ofstream file(std::string(argv[1]) + "/" + argv[2] + ".html");
    write_html(large_report(100000), file);
    return file.flush() ? EXIT_SUCCESS : EXIT_FAILURE;
  }
  for (const auto& [name, report] : sample_reports()) {
    if (argc > 1) {
      const std::string path = std::string(argv[1]) + "/" + name;
      for (const Format& format : kFormats) {
        std::ofstream file(path + std::string(format.suffix));
        format.write(report, file);
        if (!file.flush()) return EXIT_FAILURE;
      }
    } else {
      std::cout << "--- " << name << "\n\n";
      write_terminal(report, std::cout, detect_style(1, "auto"));
      std::cout << '\n';
    }
  }
}
