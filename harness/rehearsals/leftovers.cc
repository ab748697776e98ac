// SPDX-License-Identifier: Apache-2.0
#include "rehearsals/leftovers.h"

#include "launch/tree_sockets.h"

#include <fmt/format.h>

#include <cctype>
#include <system_error>
#include <utility>

namespace watertight::rehearsals {
namespace {

namespace fs = std::filesystem;

template <typename Visit>
void for_each_below(const fs::path& folder, Visit visit) {
  std::error_code error;
  // Folders that come and go, or are another user's, are passed over.
  fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied,
                                         error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code gone;
    const auto type = entry->symlink_status(gone).type();
    if (!gone) visit(entry->path(), type);
  }
}

std::string_view name_of(fs::file_type type) {
  switch (type) {
    case fs::file_type::directory:
      return "folder";
    case fs::file_type::socket:
      return "socket";
    case fs::file_type::fifo:
      return "FIFO";
    case fs::file_type::symlink:
      return "link";
    default:
      return "file";
  }
}

}  // namespace

std::string Leftovers::Entry::describe() const {
  std::error_code error;
  const auto size = type == fs::file_type::regular ? fs::file_size(path, error) : 0;
  if (type != fs::file_type::regular || error)
    return fmt::format("{} {}", name_of(type), path.native());
  return fmt::format("file {} ({} bytes)", path.native(), size);
}

Leftovers::Leftovers(fs::path state) : state_(std::move(state)) {
  for_each_below(state_, [this](const fs::path& path, fs::file_type) { before_.insert(path); });
}

void Leftovers::note_sockets_of(const launch::Daemon& daemon) {
  for (const proc::SocketFact& socket : launch::listeners_of(daemon.processes())) {
    if (socket.family != proc::SocketFact::Family::kUnix) continue;
    const fs::path path = socket.address;
    const bool is_below = !path.lexically_relative(state_).native().starts_with("..");
    if (path.is_absolute() && !is_below) sockets_.insert(path);
  }
}

std::vector<Leftovers::Entry> Leftovers::now() const {
  std::vector<Entry> left;
  for_each_below(state_, [&](const fs::path& path, fs::file_type type) {
    if (!before_.contains(path)) left.push_back({path, type});
  });
  for (const fs::path& path : sockets_) {
    std::error_code gone;
    const auto type = fs::symlink_status(path, gone).type();
    if (type == fs::file_type::socket) left.push_back({path, type});
  }
  return left;
}

bool Leftovers::is_in_temporary_folder(const Entry& entry) const {
  const fs::path relative = entry.path.lexically_relative(state_ / "tmp");
  return !relative.empty() && !relative.native().starts_with("..");
}

std::string without_numbers(const fs::path& path) {
  std::string text;
  for (const char letter : path.native()) {
    const bool is_digit = std::isdigit(static_cast<unsigned char>(letter));
    if (!is_digit) text += letter;
    if (is_digit && (text.empty() || text.back() != '#')) text += '#';
  }
  return text;
}

}  // namespace watertight::rehearsals
