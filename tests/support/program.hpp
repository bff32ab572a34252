#pragma once

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

#include "support/eventually.hpp"

namespace vitals_test {

/// A temporary folder, removed with the object.
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

/// A running program whose output goes to files. It is killed with the object.
class Program {
 public:
  /// @param folder     Its working directory, and where its output is stored.
  /// @param inherited  A descriptor that it inherits under the same number; -1: none.
  Program(const std::string& executable, std::vector<std::string> arguments, const std::filesystem::path& folder,
          int inherited = -1);
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  [[nodiscard]] std::string output() const;
  [[nodiscard]] std::string errors() const;

  void signal(int number) const;
  /// Waits for the exit status. A signal that ended the program counts negative; -1000: it didn't end within 30 s.
  int wait();

 private:
  std::filesystem::path folder_;
  pid_t pid_ = -1;
  bool ended_ = false;
  int status_ = 0;
};

}  // namespace vitals_test
