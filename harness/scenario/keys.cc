// SPDX-License-Identifier: Apache-2.0
#include "scenario/keys.h"

#include "scenario/parse.h"
#include "scenario/validate.h"

#include <limits>

namespace watertight::scenario {
namespace {

std::uint64_t count(const Value& value) { return value.parsed(parse_count, value.number_text()); }
Duration duration(const Value& value) { return value.parsed(parse_duration, value.number_text()); }

const Keys<Stress>& stress_keys() {
  static const Keys<Stress> keys = {
      {"spec",
       [](Stress& stress, const Value& value) {
         Stress parsed = value.parsed(parse_stress, value.text());
         stress.kind = parsed.kind;
         stress.target = std::move(parsed.target);
       }},
      {"send", [](Stress& stress, const Value& value) { stress.send = value.texts(); }},
      {"expect", [](Stress& stress, const Value& value) { stress.expect = value.text(); }},
      {"manners",
       [](Stress& stress, const Value& value) {
         stress.manners.clear();
         for (const Value& element : value.one_or_more())
           for (const Manner manner : element.parsed(parse_manners, element.text()))
             stress.manners.push_back(manner);
       }},
      {"keep_alive", [](Stress& stress, const Value& value) { stress.keep_alive = value.flag(); }},
      {"ops_per_run",
       [](Stress& stress, const Value& value) { stress.operations_per_run = count(value); }},
  };
  return keys;
}

const Keys<FileTemplate>& file_keys() {
  static const Keys<FileTemplate> keys = {
      {"path", [](FileTemplate& file, const Value& value) { file.path = value.text(); }},
      {"text", [](FileTemplate& file, const Value& value) { file.text = value.text(); }},
      {"configuration",
       [](FileTemplate& file, const Value& value) { file.is_configuration = value.flag(); }},
  };
  return keys;
}

void require_key(const Value& value, std::string_view key) {
  if (!value.table().contains(key)) throw value.mistake(fmt::format("needs the key `{}`", key));
}

Stress read_stress(const Value& value) {
  if (value.is_text()) return value.parsed(parse_stress, value.text());
  require_key(value, "spec");
  Stress stress;
  read_table(value.table(), stress_keys(), stress);
  value.parsed([&](const std::string&) { return validate_stress(stress); }, "");
  return stress;
}

FileTemplate read_file_template(const Value& value) {
  require_key(value, "path");
  require_key(value, "text");
  FileTemplate file;
  read_table(value.table(), file_keys(), file);
  return file;
}

const Keys<FileRun>& launch_keys() {
  static const Keys<FileRun> keys = {
      {"name", [](FileRun& run, const Value& value) { run.scenario.name = value.text(); }},
      {"command",
       [](FileRun& run, const Value& value) { run.scenario.command = value.array_of_texts(); }},
      {"environment",
       [](FileRun& run, const Value& value) {
         for (const auto& [name, text] : value.table())
           run.scenario.environment[std::string(name.str())] =
               Value(std::string(name.str()), text).text();
       }},
      {"working_directory",
       [](FileRun& run, const Value& value) { run.scenario.working_directory = value.text(); }},
      {"user", [](FileRun& run, const Value& value) { run.scenario.user = value.text(); }},
      {"descriptor_limit",
       [](FileRun& run, const Value& value) { run.scenario.descriptor_limit = count(value); }},
      {"pid_file", [](FileRun& run, const Value& value) { run.scenario.pid_file = value.text(); }},
      {"file",
       [](FileRun& run, const Value& value) {
         run.scenario.files.clear();
         for (const Value& element : value.array())
           run.scenario.files.push_back(read_file_template(element));
       }},
      {"setup", [](FileRun& run, const Value& value) { run.scenario.setup = value.texts(); }},
      {"teardown", [](FileRun& run, const Value& value) { run.scenario.teardown = value.texts(); }},
      {"write", [](FileRun& run, const Value& value) { run.scenario.write = value.text(); }},
      {"verify", [](FileRun& run, const Value& value) { run.scenario.verify = value.text(); }},
      {"ready",
       [](FileRun& run, const Value& value) {
         const Duration timeout = run.scenario.ready.timeout;
         run.scenario.ready = value.parsed(parse_ready, value.text());
         run.scenario.ready.timeout = timeout;
       }},
      {"ready_timeout",
       [](FileRun& run, const Value& value) { run.scenario.ready.timeout = duration(value); }},
  };
  return keys;
}

std::vector<std::string> check_globs(FileRun& run, const Value& value) {
  std::vector<std::string> globs = value.texts();
  for (const Value& one : value.one_or_more()) run.check_globs.push_back({one.text(), one.place()});
  return globs;
}

const Keys<FileRun>& measure_keys() {
  static const Keys<FileRun> keys = {
      {"stress",
       [](FileRun& run, const Value& value) {
         run.scenario.stress.clear();
         for (const Value& element : value.one_or_more())
           run.scenario.stress.push_back(read_stress(element));
       }},
      {"concurrency",
       [](FileRun& run, const Value& value) {
         const std::uint64_t clients = count(value);
         if (clients > std::numeric_limits<unsigned>::max()) throw value.mistake("is too high");
         run.scenario.concurrency = static_cast<unsigned>(clients);
       }},
      {"rate",
       [](FileRun& run, const Value& value) {
         run.scenario.operations_per_second = value.parsed(parse_rate, value.number_text());
       }},
      {"window",
       [](FileRun& run, const Value& value) {
         run.scenario.window = value.parsed(parse_window, value.number_text());
       }},
      {"ops",
       [](FileRun& run, const Value& value) { run.scenario.budget.operations = count(value); }},
      {"time",
       [](FileRun& run, const Value& value) { run.scenario.budget.time = duration(value); }},
      {"tolerate",
       [](FileRun& run, const Value& value) {
         run.scenario.tolerate.clear();
         for (const Value& element : value.one_or_more())
           run.scenario.tolerate.push_back(element.parsed(parse_tolerance, element.text()));
       }},
      {"pool",
       [](FileRun& run, const Value& value) {
         run.scenario.pools.clear();
         for (const Value& element : value.one_or_more())
           run.scenario.pools.push_back(element.parsed(parse_pool, element.text()));
       }},
      {"warp",
       [](FileRun& run, const Value& value) {
         run.scenario.warp = value.parsed(parse_warp, value.number_text());
       }},
      {"alpha",
       [](FileRun& run, const Value& value) {
         run.scenario.alpha = value.parsed(parse_alpha, value.number_text());
       }},
      {"rigorous",
       [](FileRun& run, const Value& value) { run.scenario.is_rigorous = value.flag(); }},
      {"extend",
       [](FileRun& run, const Value& value) {
         if (value.is_text())
           throw value.mistake("must be true or false; another file is built on with `extends`");
         run.scenario.extends = value.flag();
       }},
      {"only",
       [](FileRun& run, const Value& value) { run.scenario.only = check_globs(run, value); }},
      {"skip",
       [](FileRun& run, const Value& value) { run.scenario.skip = check_globs(run, value); }},
      {"baseline", [](FileRun& run, const Value& value) { run.scenario.baseline = value.text(); }},
      {"suppressions",
       [](FileRun& run, const Value& value) { run.scenario.suppressions = value.texts(); }},
      {"blame",
       [](FileRun& run, const Value& value) {
         run.scenario.blame = value.parsed(parse_blame, value.text());
       }},
      {"known",
       [](FileRun& run, const Value& value) { run.scenario.known = check_globs(run, value); }},
      {"quick", [](FileRun& run, const Value& value) { run.scenario.is_quick = value.flag(); }},
      {"thorough",
       [](FileRun& run, const Value& value) { run.scenario.is_thorough = value.flag(); }},
      {"strict", [](FileRun& run, const Value& value) { run.scenario.is_strict = value.flag(); }},
      {"fail_fast",
       [](FileRun& run, const Value& value) { run.scenario.fails_fast = value.flag(); }},
  };
  return keys;
}

void set_report_file(FileRun& run, const Value& value) {
  if (value.text().empty()) throw value.mistake("the file is missing; `-` is standard output");
  run.report[value.key()] = value.text();
}

const Keys<FileRun>& report_keys() {
  static const Keys<FileRun> keys = {
      {"html", set_report_file},
      {"json", set_report_file},
      {"junit", set_report_file},
      {"sarif", set_report_file},
      {"tap", set_report_file},
      {"openmetrics", set_report_file},
      {"folded", set_report_file},
      {"quiet",
       [](FileRun& run, const Value& value) {
         run.report.erase("quiet");
         if (value.flag()) run.report["quiet"] = "true";
       }},
      {"color",
       [](FileRun& run, const Value& value) {
         run.report["color"] = value.parsed(parse_color, value.text());
       }},
  };
  return keys;
}

const Keys<FileRun>& other_keys() {
  static const Keys<FileRun> keys = {
      {"report",
       [](FileRun& run, const Value& value) { read_table(value.table(), report_keys(), run); }},
      {"bisect", [](FileRun& run, const Value& value) { run.is_bisect = value.flag(); }},
  };
  return keys;
}

}  // namespace

const Keys<FileRun>& run_keys() {
  static const Keys<FileRun> keys = [] {
    Keys<FileRun> all = launch_keys();
    for (const auto* const more : {&measure_keys(), &other_keys()})
      all.insert(more->begin(), more->end());
    return all;
  }();
  return keys;
}

std::vector<std::string> keys_within(std::string_view table) {
  if (table == "stress") return names_of(stress_keys());
  if (table == "file") return names_of(file_keys());
  if (table == "report") return names_of(report_keys());
  return {};
}

}  // namespace watertight::scenario
