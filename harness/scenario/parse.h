// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file The small languages of the options. All throw ScenarioError with the remedy in the
/// message.

#include <watertight/scenario.h>

#include <string>
#include <string_view>
#include <vector>

namespace watertight::scenario {

Ready parse_ready(std::string_view spec);
Stress parse_stress(std::string_view spec);
Duration parse_duration(
    std::string_view text);  ///< "250ms", "5s", "2m", "1h"; a bare number is seconds.
std::uint64_t parse_count(std::string_view text);          ///< "4096", "64k" (64 000), "1M"
Window parse_window(std::string_view text);                ///< A profile or a duration.
Tolerance parse_tolerance(std::string_view text);          ///< "rss=1B/op", "fds=0", "fds=1/1000op"
Pool parse_pool(std::string_view text);                    ///< "rss=64MiB", "fds=1000"
double parse_warp(std::string_view text);                  ///< "1000", "60x"; from 2 to 1 000.
double parse_rate(std::string_view text);                  ///< "250", "0.5/s": operations a second.
double parse_alpha(std::string_view text);                 ///< "0.001" or "0.1%"; within (0, 0.5].
std::vector<Manner> parse_manners(std::string_view text);  ///< Comma separated.
BlameMode parse_blame(std::string_view text);              ///< "auto", "off", "valgrind", …
std::string parse_color(std::string_view text);            ///< "auto", "always" or "never".
std::string decode_escapes(std::string_view text);         ///< C escapes: \r \n \t \0 \\ \xHH \ooo.

/// The nearest of `candidates` to a mistyped word, or empty where none is near (edit distance).
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

/// "HOST:PORT" or "[V6]:PORT". Throws ScenarioError.
struct HostPort {
  std::string host;
  std::uint16_t port = 0;
};
HostPort parse_host_port(std::string_view text);

/// True where the glob (`*`, `?`) matches the whole id (fnmatch(3)).
bool glob_matches(std::string_view glob, std::string_view id);

}  // namespace watertight::scenario
