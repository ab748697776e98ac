// SPDX-License-Identifier: Apache-2.0

/// \file Shows every kind of report, to look at and for the tests of the schemas:
/// `report_gallery` as on this terminal, `report_gallery FOLDER` as JSON and JUnit files in a
/// folder.

#include "report/json.h"
#include "report/junit.h"
#include "report/sample_reports.h"
#include "report/terminal.h"

#include <cstdlib>
#include <fstream>
#include <iostream>

int main(int argc, char** argv) {
  using namespace watertight::report;
  for (const auto& [name, report] : sample_reports()) {
    if (argc > 1) {
      const std::string path = std::string(argv[1]) + "/" + name;
      std::ofstream json(path + ".json");
      write_json(report, json);
      std::ofstream junit(path + ".xml");
      write_junit(report, junit);
      if (!json.flush() || !junit.flush()) return EXIT_FAILURE;
    } else {
      std::cout << "--- " << name << "\n\n";
      write_terminal(report, std::cout, detect_style(1, "auto"));
      std::cout << '\n';
    }
  }
}
