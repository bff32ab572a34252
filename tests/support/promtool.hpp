#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "support/program.hpp"

namespace vitals_test {

/// Prometheus' own tool, which reads metrics, rules and configurations as the server does.
class Promtool {
 public:
  struct Result {
    int status = 0;
    std::string output = {};  ///< Of both streams.
  };

  /// False where it isn't installed; tests are skipped then.
  static bool available() { return std::filesystem::exists(executable); }

  /// @param arguments  As in a shell.
  [[nodiscard]] static Result run(const std::string& arguments, const std::string& input = {}) {
    const TemporaryFolder folder;
    const std::string file = folder.path() / "input";
    std::ofstream{file} << input;
    Program program{"/bin/sh", {"-c", std::string{executable} + ' ' + arguments + " <" + file}, folder.path()};
    const int status = program.wait();
    return {status, program.output() + program.errors()};
  }

 private:
  static constexpr const char* executable = "/usr/bin/promtool";
};

}  // namespace vitals_test
