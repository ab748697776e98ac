// SPDX-License-Identifier: Apache-2.0
#include "report/html_parts.h"
#include "report/markup.h"
#include "report/quantity.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace watertight::report {
namespace {

using Json = nlohmann::ordered_json;

/// Points that a plot draws, that the drawing without scripts has, and rows of the table.
constexpr std::size_t kMostDrawn = 2000, kMostSketched = 240, kMostRows = 12;
/// Of the drawing, in its own units; the page stretches it.
constexpr double kWidth = 600, kHeight = 120;

std::string amount_of(const Plot& plot, double amount) {
  return plot.unit.empty() ? format_count(amount) : format_amount(amount, plot.unit);
}

struct Extent {
  double least = 0;
  double greatest = 0;
};

Extent extent_of(const std::vector<Point>& points) {
  std::optional<Extent> extent;
  for (const Point& point : points) {
    if (!point.amount) continue;
    const Extent so_far = extent.value_or(Extent{*point.amount, *point.amount});
    extent = {std::min(so_far.least, *point.amount), std::max(so_far.greatest, *point.amount)};
  }
  return extent.value_or(Extent{});
}

/// `12 fds after 1 024 operations, 4 108 fds after 5 120`.
std::string in_words(const Plot& plot) {
  const auto is_measured = [](const Point& point) { return point.amount.has_value(); };
  const auto first = std::ranges::find_if(plot.points, is_measured);
  const auto last = std::find_if(plot.points.rbegin(), plot.points.rend(), is_measured);
  const Extent extent = extent_of(plot.points);
  std::string text = fmt::format("{} after {}, {} after {}", amount_of(plot, *first->amount),
                                 format_amount(first->operations, "operation"),
                                 amount_of(plot, *last->amount), format_count(last->operations));
  if (extent.least < std::min(*first->amount, *last->amount))
    text += fmt::format("; {} at least", amount_of(plot, extent.least));
  if (extent.greatest > std::max(*first->amount, *last->amount))
    text += fmt::format("; {} at most", amount_of(plot, extent.greatest));
  return text;
}

/// The small drawing's scale: what a plot shows, from its corners to the drawing's.
class Sketch {
 public:
  explicit Sketch(const std::vector<Point>& points)
      : first_(points.front().operations),
        width_(std::max(points.back().operations - first_, 1.0)),
        extent_(extent_of(points)),
        height_(std::max(extent_.greatest - extent_.least, 1.0)) {}

  std::string place(double operations, double amount) const {
    return fmt::format("{:.1f},{:.1f}", x(operations), y(amount));
  }
  double x(double operations) const { return kWidth * ((operations - first_) / width_); }
  double y(double amount) const { return kHeight * (1 - (amount - extent_.least) / height_); }

 private:
  double first_, width_;
  Extent extent_;
  double height_;
};

void write_sketch(const Plot& plot, std::string_view words, std::ostream& out) {
  const std::vector<Point> points = thin(plot.points, kMostSketched);
  const Sketch sketch(points);
  out << fmt::format(
      "<svg role=\"img\" aria-label=\"{}\" viewBox=\"0 -2 {} {}\" preserveAspectRatio=\"none\">"
      "<polyline points=\"",
      markup(words), kWidth, kHeight + 4);
  for (const Point& point : points)
    if (point.amount) out << sketch.place(point.operations, *point.amount) << ' ';
  out << "\"/><path class=\"floors\" d=\"";
  for (const BlockFloor& floor : plot.floors)
    out << fmt::format("M{}H{:.1f}", sketch.place(floor.from, floor.amount), sketch.x(floor.to));
  out << "\"/>";
  if (plot.line) {
    const auto on_line = [&line = *plot.line, &sketch](const Point& point) {
      const double beyond = point.operations - line.through.operations;
      return sketch.place(point.operations, *line.through.amount + line.rate * beyond);
    };
    out << fmt::format("<path class=\"fitted\" d=\"M{}L{}\"/>", on_line(points.front()),
                       on_line(points.back()));
  }
  if (plot.decided_at_operations) {
    out << fmt::format("<path class=\"decided\" d=\"M{:.1f},0V{}\"/>",
                       sketch.x(*plot.decided_at_operations), kHeight);
  }
  out << "</svg>";
}

/// What the lines of the drawing are.
void write_legend(const Plot& plot, std::ostream& out) {
  out << "<p class=\"legend\"><span class=\"samples\">samples, one a round</span>";
  if (!plot.floors.empty()) out << " <span class=\"floors\">least of each block of rounds</span>";
  if (plot.line) out << " <span class=\"fitted\">fitted growth, with its 99 % interval</span>";
  if (plot.decided_at_operations) out << " <span class=\"decided\">decided here</span>";
  out << "</p>\n";
}

void write_table(const Plot& plot, std::ostream& out) {
  out << "<details><summary>Values</summary><table><thead><tr><th scope=\"col\">operations</th>"
      << "<th scope=\"col\">" << markup(plot.resource) << "</th></tr></thead><tbody>\n";
  for (const Point& point : thin(plot.points, kMostRows)) {
    out << fmt::format(
        "<tr><td>{}</td><td>{}</td></tr>\n", markup_of_prose(format_count(point.operations)),
        point.amount ? markup_of_prose(amount_of(plot, *point.amount)) : "not measured");
  }
  out << "</tbody></table></details>\n";
}

Json number(double value) {
  if (value == std::trunc(value) && std::abs(value) < 1e15) return static_cast<std::int64_t>(value);
  return value;
}

Json json_of(const Plot& plot) {
  Json x = Json::array(), y = Json::array();
  for (const Point& point : thin(plot.points, kMostDrawn)) {
    x.push_back(number(point.operations));
    y.push_back(point.amount ? number(*point.amount) : Json(nullptr));
  }
  Json json{{"resource", plot.resource}, {"unit", plot.unit}, {"x", x}, {"y", y}};
  if (plot.decided_at_operations) json["decided"] = number(*plot.decided_at_operations);
  if (!plot.floors.empty()) {
    json["floors"] = Json::array();
    for (const BlockFloor& floor : plot.floors)
      json["floors"].push_back({number(floor.from), number(floor.to), number(floor.amount)});
  }
  if (plot.line) {
    json["line"] = {{"x", plot.line->through.operations},
                    {"y", *plot.line->through.amount},
                    {"rate", plot.line->rate},
                    {"low", plot.line->low},
                    {"high", plot.line->high}};
  }
  return json;
}

}  // namespace

void write_html_plot(const Plot& plot, std::size_t index, std::ostream& out) {
  const std::string words = in_words(plot);
  out << fmt::format("<figure class=\"plot\"><figcaption><b>{}</b> <span>{}</span>",
                     markup(plot.resource), markup_of_prose(words));
  if (plot.points.size() > kMostDrawn) {
    out << fmt::format(
        " <small>Thinned: of {} samples the least and the greatest in each of {} "
        "stretches.</small>",
        markup_of_prose(format_count(static_cast<double>(plot.points.size()))),
        markup_of_prose(format_count(kMostDrawn / 2)));
  }
  out << fmt::format("</figcaption>\n<div class=\"drawing\" data-plot=\"{}\">", index);
  write_sketch(plot, words, out);
  out << "</div>\n";
  write_legend(plot, out);
  write_table(plot, out);
  out << "</figure>\n";
}

std::string html_plot_data(const std::vector<Plot>& plots) {
  Json json = Json::array();
  for (const Plot& plot : plots) json.push_back(json_of(plot));
  return script_json(json);
}

}  // namespace watertight::report
