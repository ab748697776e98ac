// SPDX-License-Identifier: Apache-2.0
#include "proc/ipc.h"

#include "posix/file.h"
#include "proc/text.h"

#include <map>

namespace watertight::proc {
namespace {

std::string_view id_column(IpcObject::Kind kind) {
  switch (kind) {
    case IpcObject::Kind::kSharedMemory:
      return "shmid";
    case IpcObject::Kind::kSemaphores:
      return "semid";
    case IpcObject::Kind::kMessageQueue:
      return "msqid";
  }
  return {};
}

/// A row by the names of its columns; the three tables differ in their order.
class Row {
 public:
  Row(const std::vector<std::string_view>& columns, std::string_view line) {
    for (const std::string_view column : columns) cells_[column] = take_word(line);
  }

  template <typename Number>
  std::optional<Number> number(std::string_view column) const {
    const auto cell = cells_.find(column);
    if (cell == cells_.end()) return std::nullopt;
    return parse_number<Number>(cell->second);
  }

 private:
  std::map<std::string_view, std::string_view> cells_;
};

}  // namespace

std::vector<IpcObject> parse_sysvipc(IpcObject::Kind kind, std::string_view text) {
  std::vector<std::string_view> columns;
  std::string_view header = take_line(text);
  for (auto word = take_word(header); !word.empty(); word = take_word(header))
    columns.push_back(word);

  std::vector<IpcObject> objects;
  while (!text.empty()) {
    const Row row(columns, take_line(text));
    const auto id = row.number<int>(id_column(kind));
    if (!id) continue;
    objects.push_back({.kind = kind,
                       .id = *id,
                       .key = row.number<std::int64_t>("key").value_or(0),
                       .creator = row.number<uid_t>("cuid").value_or(0),
                       .creator_pid = row.number<pid_t>("cpid").value_or(0),
                       .changed = row.number<std::uint64_t>("ctime").value_or(0)});
  }
  return objects;
}

std::vector<IpcObject> read_sysvipc() {
  std::vector<IpcObject> objects;
  using Kind = IpcObject::Kind;
  for (const auto& [kind, path] : {std::pair(Kind::kSharedMemory, "/proc/sysvipc/shm"),
                                   std::pair(Kind::kSemaphores, "/proc/sysvipc/sem"),
                                   std::pair(Kind::kMessageQueue, "/proc/sysvipc/msg")}) {
    // A kernel without CONFIG_SYSVIPC has no such file, and no such object.
    const auto found = parse_sysvipc(kind, posix::read_file(path).value_or(""));
    objects.insert(objects.end(), found.begin(), found.end());
  }
  return objects;
}

}  // namespace watertight::proc
