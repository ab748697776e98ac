// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace watertight::launch {

/// The private folder of one instance, removed with all it holds by the destructor:
/// `state/` is `{state}`, `state/tmp` the daemon's TMPDIR, `output` what the daemon prints.
class RunFolder {
 public:
  /// A path under $TMPDIR or /tmp that nobody else has, to be told to a guard before anything is
  /// made there: whenever the harness dies, somebody knows what to remove. Throws HarnessError.
  static std::filesystem::path choose_path();

  /// Makes it, mode 0700; `user` (empty: ours) becomes owner of what is inside, and may then pass
  /// through the folder. Throws HarnessError.
  static RunFolder create(const std::filesystem::path& path, const std::string& user);

  RunFolder(RunFolder&& other) noexcept;
  RunFolder& operator=(RunFolder&&) noexcept;
  ~RunFolder();

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path state() const { return root_ / "state"; }
  std::filesystem::path output() const { return root_ / "output"; }

 private:
  explicit RunFolder(std::filesystem::path root) : root_(std::move(root)) {}
  std::filesystem::path root_;
};

/// The last lines of a file that a daemon prints to; none where there is no such file.
std::vector<std::string> tail_of(const std::filesystem::path& output, std::size_t lines);

}  // namespace watertight::launch
