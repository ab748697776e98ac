// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file A configuration of one line, `answer = WORD`, that can be wrong.

enum { kLongestAnswer = 64 };

/// Puts "WORD\n" into `answer`. -1, with `answer` as it was, where there is no such file (errno
/// tells) or it makes no sense (EINVAL).
int read_configuration(const char *path, char answer[kLongestAnswer]);
