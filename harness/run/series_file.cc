// SPDX-License-Identifier: Apache-2.0
#include "run/series_file.h"

#include <watertight/error.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <map>
#include <span>
#include <string_view>
#include <system_error>

namespace watertight::run {
namespace {

constexpr std::size_t kLongestLine = 64 * 1024;
constexpr std::uint64_t kMostOperations = std::uint64_t{1} << 53;  // Exact as a double.
constexpr std::string_view kOperations[] = {"ops", "operations"};
constexpr std::string_view kSeconds[] = {"t", "seconds"};

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

/// What is wrong with a sample that follows `last`; empty where nothing is.
std::string order_mistake(const SeriesRow& row, const std::optional<SeriesRow>& last) {
  if (!last) return "";
  if (row.operations < last->operations)
    return fmt::format("operations fall from {} to {}", last->operations, row.operations);
  if (row.seconds < last->seconds)
    return fmt::format("time runs back from {} s to {} s", last->seconds, row.seconds);
  return "";
}

std::string number_mistake(double number) {
  if (!std::isfinite(number)) return "is not a finite number";
  if (number < 0) return "is negative";
  return "";
}

std::string operations_mistake(double number) {
  if (number != std::floor(number) || number > static_cast<double>(kMostOperations))
    return "is not a whole number of operations below 2^53";
  return "";
}

/// Lines of a file of any size, a piece of it in memory at a time.
class LineReader {
 public:
  explicit LineReader(const std::filesystem::path& path)
      : path_(path.string()), file_(path, std::ios::binary) {
    if (!file_)
      throw ScenarioError(fmt::format("{}: the series cannot be read: {}", path_,
                                      std::generic_category().message(errno)));
  }

  /// Without its end; valid until the next call.
  std::optional<std::string_view> next() {
    for (;;) {
      const std::size_t end = buffer_.find('\n', searched_);
      if (end != std::string::npos) return take(end, end + 1);
      searched_ = buffer_.size();
      if (buffer_.size() - begin_ > kLongestLine)
        throw mistake(kLongestLine, "the line is longer than any of a series: is this text?");
      if (!fill()) break;
    }
    if (begin_ == buffer_.size()) return std::nullopt;
    return take(buffer_.size(), buffer_.size());
  }

  std::uint64_t line() const { return line_; }

  /// `column` counts from 1.
  ScenarioError mistake(std::size_t column, std::string_view what) const {
    return ScenarioError(
        fmt::format("{}:{}:{}: {}", path_, std::max<std::uint64_t>(line_, 1), column, what));
  }

 private:
  bool fill() {
    buffer_.erase(0, begin_);
    searched_ -= begin_;
    begin_ = 0;
    const std::size_t size = buffer_.size();
    buffer_.resize(size + kLongestLine);
    file_.read(buffer_.data() + size, kLongestLine);
    buffer_.resize(size + static_cast<std::size_t>(file_.gcount()));
    return buffer_.size() > size;
  }

  std::string_view take(std::size_t end, std::size_t next) {
    std::string_view line(buffer_.data() + begin_, end - begin_);
    begin_ = searched_ = next;
    ++line_;
    if (line.size() > kLongestLine)
      throw mistake(kLongestLine, "the line is longer than any of a series: is this text?");
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    const auto control = std::ranges::find_if(
        line, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; });
    if (control != line.end())
      throw mistake(static_cast<std::size_t>(control - line.begin()) + 1,
                    "a control character: this is no text");
    return line;
  }

  std::string path_;
  std::ifstream file_;
  std::string buffer_;
  std::size_t begin_ = 0, searched_ = 0;
  std::uint64_t line_ = 0;
};

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

struct Cell {
  std::string_view text;
  std::size_t column = 0;  ///< In the line, from 1.
};

void split(std::string_view line, std::vector<Cell>& cells) {
  cells.clear();
  for (std::size_t begin = 0;;) {
    const std::size_t end = std::min(line.find(',', begin), line.size());
    cells.push_back({trimmed(line.substr(begin, end - begin)), begin + 1});
    if (end == line.size()) return;
    begin = end + 1;
  }
}

class CsvFile : public SeriesFile {
 public:
  explicit CsvFile(const std::filesystem::path& path) : lines_(path) { read_header(); }

  std::optional<SeriesRow> next() override {
    std::optional<std::string_view> line = lines_.next();
    while (line && trimmed(*line).empty()) line = lines_.next();
    if (!line) return std::nullopt;
    split(*line, cells_);
    if (cells_.size() != columns_.size() + 2)
      throw lines_.mistake(
          cells_.size() > columns_.size() + 2 ? cells_[columns_.size() + 2].column
                                              : line->size() + 1,
          fmt::format("{} columns, but the header has {}", cells_.size(), columns_.size() + 2));
    SeriesRow row;
    row.line = lines_.line();
    const double operations = number(cells_[0]);
    if (const std::string wrong = operations_mistake(operations); !wrong.empty())
      throw lines_.mistake(1, fmt::format("`{}` {}", cells_[0].text, wrong));
    row.operations = static_cast<std::uint64_t>(operations);
    row.seconds = number(cells_[1]);
    for (std::size_t i = 2; i < cells_.size(); ++i)
      row.values.push_back(cells_[i].text.empty() ? std::nullopt
                                                  : std::optional(number(cells_[i])));
    if (const std::string wrong = order_mistake(row, last_); !wrong.empty())
      throw lines_.mistake(wrong.starts_with("time") ? cells_[1].column : 1, wrong);
    last_ = row;
    return row;
  }

 private:
  void read_header() {
    const std::optional<std::string_view> line = lines_.next();
    if (!line) throw lines_.mistake(1, "the file is empty");
    std::string_view text = *line;
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    split(text, cells_);
    if (cells_.size() < 3 || !is_one_of(cells_[0].text, kOperations) ||
        !is_one_of(cells_[1].text, kSeconds))
      throw lines_.mistake(1, "the header of a series reads ops,t,RESOURCE,...");
    for (std::size_t i = 2; i < cells_.size(); ++i) {
      const std::string name(cells_[i].text);
      if (name.empty()) throw lines_.mistake(cells_[i].column, "a column without a name");
      if (std::ranges::find(columns_, name) != columns_.end())
        throw lines_.mistake(cells_[i].column, fmt::format("a second column `{}`", name));
      columns_.push_back(name);
    }
  }

  double number(const Cell& cell) const {
    const auto refuse = [&](std::string_view why) {
      return lines_.mistake(cell.column, fmt::format("`{}` {}", cell.text.substr(0, 40), why));
    };
    double value = 0;
    const char* const end = cell.text.data() + cell.text.size();
    const auto [rest, error] = std::from_chars(cell.text.data(), end, value);
    if (error != std::errc() || rest != end) throw refuse("is not a number");
    if (const std::string wrong = number_mistake(value); !wrong.empty()) throw refuse(wrong);
    return value;
  }

  LineReader lines_;
  std::vector<Cell> cells_;
  std::optional<SeriesRow> last_;
};

/// The `series` of a report, by column.
class JsonFile : public SeriesFile {
 public:
  explicit JsonFile(const std::filesystem::path& path) : path_(path.string()) {
    const nlohmann::json series = read(path);
    for (const auto& [name, column] : series.items()) {
      if (!column.is_array()) throw mistake(fmt::format("series.{} is no array", name));
      if (is_one_of(name, kOperations))
        operations_ = numbers(name, column);
      else if (is_one_of(name, kSeconds))
        seconds_ = numbers(name, column);
      else
        add(name, numbers(name, column));
    }
    if (operations_.empty()) throw mistake("series.operations is missing or empty");
    check_length("seconds", seconds_);
    for (std::size_t i = 0; i < columns_.size(); ++i) check_length(columns_[i], values_[i]);
  }

  std::optional<SeriesRow> next() override {
    if (next_ == operations_.size()) return std::nullopt;
    SeriesRow row;
    row.line = next_ + 1;
    if (!operations_[next_] || !seconds_[next_])
      throw mistake(fmt::format("sample {}: no operations or no time", row.line));
    if (const std::string wrong = operations_mistake(*operations_[next_]); !wrong.empty())
      throw mistake(fmt::format("series.operations[{}] {}", next_, wrong));
    row.operations = static_cast<std::uint64_t>(*operations_[next_]);
    row.seconds = *seconds_[next_];
    for (const auto& column : values_) row.values.push_back(column[next_]);
    if (const std::string wrong = order_mistake(row, last_); !wrong.empty())
      throw mistake(fmt::format("sample {}: {}", row.line, wrong));
    ++next_;
    last_ = row;
    return row;
  }

 private:
  using Column = std::vector<std::optional<double>>;

  nlohmann::json read(const std::filesystem::path& path) const {
    std::ifstream file(path, std::ios::binary);
    // Everything but the series is skipped while it is read.
    const auto keep = [](int depth, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
      return depth != 1 || event != nlohmann::json::parse_event_t::key || parsed == "series";
    };
    try {
      nlohmann::json report = nlohmann::json::parse(file, keep);
      if (!report.contains("series") || !report["series"].is_object())
        throw mistake("there is no series in this report");
      return std::move(report["series"]);
    } catch (const nlohmann::json::parse_error& error) {
      const std::string_view what = error.what();
      throw ScenarioError(fmt::format(
          "{}: {}", path_, what.substr(std::min(what.find("parse error"), what.size()))));
    }
  }

  Column numbers(const std::string& name, const nlohmann::json& array) const {
    Column column;
    for (const nlohmann::json& cell : array) {
      if (cell.is_null()) {
        column.emplace_back();
        continue;
      }
      const std::string place = fmt::format("series.{}[{}]", name, column.size());
      if (!cell.is_number()) throw mistake(place + " is not a number");
      const auto value = cell.get<double>();
      if (const std::string wrong = number_mistake(value); !wrong.empty())
        throw mistake(place + " " + wrong);
      column.emplace_back(value);
    }
    return column;
  }

  void add(const std::string& name, Column column) {
    columns_.push_back(name);
    values_.push_back(std::move(column));
  }

  void check_length(const std::string& name, const Column& column) const {
    if (column.size() != operations_.size())
      throw mistake(fmt::format("series.{} has {} samples, series.operations {}", name,
                                column.size(), operations_.size()));
  }

  ScenarioError mistake(const std::string& what) const {
    return ScenarioError(fmt::format("{}: {}", path_, what));
  }

  std::string path_;
  Column operations_, seconds_;
  std::vector<Column> values_;
  std::size_t next_ = 0;
  std::optional<SeriesRow> last_;
};

}  // namespace

std::unique_ptr<SeriesFile> open_series(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    throw ScenarioError(fmt::format("{}: is a folder, not a series", path.string()));
  // It is read twice: to know how long it is, and to judge it.
  if (std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored))
    throw ScenarioError(
        fmt::format("{}: a series is read twice, so it must be a file", path.string()));
  std::ifstream file(path, std::ios::binary);
  char first = 0;
  file >> first;
  if (first == '{') return std::make_unique<JsonFile>(path);
  return std::make_unique<CsvFile>(path);
}

}  // namespace watertight::run
