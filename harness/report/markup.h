// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes text and values of any origin, gives what may stand in an HTML page. Private to
/// report/.

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace watertight::report {

/// The text as it may stand between tags and in quoted attributes: printable, with `<`, `>`, `&`
/// and both quotes as references.
std::string markup(std::string_view text);

/// Of a sentence for people: the same, with no-break spaces where `21 440` must not be torn apart.
/// Not for what is copied: commands.
std::string markup_of_prose(std::string_view text);

/// JSON as it may stand inside `<script>`: ASCII, without `<`, so that nothing ends the element.
std::string script_json(const nlohmann::ordered_json& json);

}  // namespace watertight::report
