#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace vitals_test {

struct SourceFile {
  std::string path;  ///< Relative to the top of the tree, with '/'.
  std::vector<std::string> lines;
};

/// The files below these folders of the tree that people write: C++, CMake and shell.
std::vector<SourceFile> read_sources(const std::filesystem::path& top, const std::vector<std::string>& folders);

/// What the file includes, as written between the brackets or quotes; an include that is a macro is given as written.
std::vector<std::string> includes_of(const SourceFile& file);

/// The names of the types that a header defines in a namespace, as our format writes them: at the beginning of a line.
std::vector<std::string> types_defined_in(const SourceFile& header);

/// True if the file is longer than 300 lines and no comment in it begins "Longer than 300 lines because".
bool is_too_long(const SourceFile& file);

}  // namespace vitals_test
