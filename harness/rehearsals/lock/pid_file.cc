// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/lock/pid_file.h"

#include "posix/file.h"
#include "proc/text.h"

#include <watertight/error.h>

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

namespace watertight::rehearsals {
namespace {

constexpr std::size_t kMostQuoted = 60, kBytesPerLine = 16, kMostDumped = 128;

bool is_printable(char byte) { return byte >= ' ' && byte <= '~'; }

std::string describe_content(const PidFile& file) {
  if (S_ISLNK(file.mode)) return "a symbolic link";
  if (S_ISDIR(file.mode)) return "a folder";
  return fmt::format("{} bytes {}", file.size, in_quotes(file.bytes));
}

}  // namespace

std::string PidFile::describe() const {
  return fmt::format("inode {}, {}, mode {:04o}", inode, describe_content(*this), mode & 07777);
}

std::optional<PidFile> look_at_pid_file(const std::filesystem::path& path) {
  struct stat about {};
  if (::lstat(path.c_str(), &about) == -1) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    throw HarnessError("lstat", path.native(), errno);
  }
  PidFile file{.device = about.st_dev,
               .inode = about.st_ino,
               .size = static_cast<std::uint64_t>(about.st_size),
               .mode = about.st_mode,
               .owner = about.st_uid,
               .group = about.st_gid,
               .modified = about.st_mtim,
               .bytes = {}};
  if (S_ISREG(about.st_mode)) file.bytes = posix::read_file(path).value_or("");
  return file;
}

std::string describe_change(const std::optional<PidFile>& before,
                            const std::optional<PidFile>& after) {
  if (!before || !after) {
    if (!before && !after) return "";
    return after ? "made, " + after->describe() : "removed, was " + before->describe();
  }
  if (!before->is_same_file(*after)) {
    return fmt::format("replaced: {} became {}", before->describe(), after->describe());
  }
  std::string change;
  if (before->bytes != after->bytes || before->size != after->size) {
    change = fmt::format("{} became {}", describe_content(*before), describe_content(*after));
  }
  if (before->mode != after->mode || before->owner != after->owner ||
      before->group != after->group) {
    change += fmt::format("{}mode {:04o} of {}:{} became {:04o} of {}:{}",
                          change.empty() ? "" : ", ", before->mode & 07777, before->owner,
                          before->group, after->mode & 07777, after->owner, after->group);
  }
  return change;
}

PidText parse_pid_text(std::string_view bytes) {
  PidText text;
  text.ends_with_newline = bytes.ends_with('\n');
  const std::size_t start = bytes.find_first_not_of(" \t\n");
  if (start == std::string_view::npos) return text;
  const std::string_view rest = bytes.substr(start);
  const std::string_view token = rest.substr(0, rest.find_first_of(" \t\r\n"));
  const auto number = proc::parse_number<pid_t>(token);
  if (number && *number > 0) text.pid = number;
  text.has_more = start > 0 || (rest.size() != token.size() && rest.substr(token.size()) != "\n");
  return text;
}

std::string in_quotes(std::string_view bytes) {
  std::string text = "\"";
  for (const char byte : bytes.substr(0, kMostQuoted)) {
    if (byte == '\n') {
      text += "\\n";
    } else if (byte == '"' || byte == '\\') {
      text += {'\\', byte};
    } else if (is_printable(byte)) {
      text += byte;
    } else {
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    }
  }
  return text + (bytes.size() > kMostQuoted ? "…\"" : "\"");
}

std::vector<std::string> hex_dump(std::string_view bytes) {
  std::vector<std::string> lines;
  const std::size_t end = std::min(bytes.size(), kMostDumped);
  for (std::size_t at = 0; at < end; at += kBytesPerLine) {
    std::string hex, text;
    for (const char byte : bytes.substr(at, std::min(kBytesPerLine, end - at))) {
      hex += fmt::format("{:02x} ", static_cast<unsigned char>(byte));
      text += is_printable(byte) ? byte : '.';
    }
    lines.push_back(fmt::format("{:08x}  {:<{}} |{}|", at, hex, 3 * kBytesPerLine, text));
  }
  if (end < bytes.size()) lines.push_back(fmt::format("… {} bytes more", bytes.size() - end));
  return lines;
}

}  // namespace watertight::rehearsals
