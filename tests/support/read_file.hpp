#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace vitals_test {

/// The content of a file; empty if it can't be read.
inline std::string read_file(const std::filesystem::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace vitals_test
