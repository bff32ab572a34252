#pragma once

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

#include "support/eventually.hpp"

namespace vitals_test {

/// A folder of its own, which goes with the object.
class TemporaryFolder {
 public:
  TemporaryFolder() : TemporaryFolder{std::filesystem::temp_directory_path()} {}
  explicit TemporaryFolder(const std::filesystem::path& parent);
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

/// A program that was started with its output going to files, and that is killed with the object.
class Program {
 public:
  /// @param folder     Where it runs, and where its output is kept.
  /// @param inherited  A descriptor that it gets, under the same number; -1: none.
  Program(const std::string& executable, std::vector<std::string> arguments, const std::filesystem::path& folder,
          int inherited = -1);
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();

  [[nodiscard]] std::string output() const;
  [[nodiscard]] std::string errors() const;

  void signal(int number) const;
  /// The exit status once it has ended; a signal that ended it counts negative, and -1000 that it didn't within 30 s.
  int wait();

 private:
  std::filesystem::path folder_;
  pid_t pid_ = -1;
  bool ended_ = false;
  int status_ = 0;
};

}  // namespace vitals_test
