// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file Takes text that anybody may have written, gives text that is safe and fits. Private to
/// report/ and cli/.

#include <string>
#include <string_view>
#include <vector>

namespace watertight::report {

/// The text without anything that acts on a terminal or deceives its reader: escape sequences,
/// control characters, invisible and direction-changing characters go; tabs and line ends become
/// spaces; invalid UTF-8 becomes U+FFFD. The rest of an unterminated escape sequence stays
/// readable. What is left is valid in XML 1.0.
std::string printable(std::string_view text);

/// ASCII for terminals that know no more: `±` becomes `+/-`, what has no likeness becomes `?`.
/// `text` is valid UTF-8.
std::string to_ascii(std::string_view text);

/// Columns that printable text takes: 2 for East Asian wide characters and emoji, 0 for combining
/// ones.
unsigned display_width(std::string_view text);

/// The text in lines of at most `width` columns (at least 2). A text that fits keeps its spaces; a
/// quantity (`65 536`, `1.2 KiB`) is not torn apart; a word longer than a line is cut.
/// Never empty: the empty text is one empty line.
std::vector<std::string> wrap(std::string_view text, unsigned width);

/// The text, cut at `width` columns with `ellipsis` as its end where it is longer.
std::string shorten(std::string_view text, unsigned width, std::string_view ellipsis);

/// The text, filled up to `width` columns with spaces.
std::string pad(std::string_view text, unsigned width);

/// The lines of a text of several, without their ends.
std::vector<std::string> split_lines(std::string_view text);

}  // namespace watertight::report
