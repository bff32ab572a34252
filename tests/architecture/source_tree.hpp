#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace vitals_test {

/// The folder of the project.
inline const std::filesystem::path source_tree{VITALS_SOURCE_DIR};

struct SourceFile {
  std::string path;  ///< Relative to the top of the tree, with '/'.
  std::vector<std::string> lines;
};

/// All C++, CMake and shell files below these folders, without generated ones.
std::vector<SourceFile> read_sources(const std::filesystem::path& top, const std::vector<std::string>& folders);

/// The file's includes, as written between the brackets or quotes, or as the macro's name.
std::vector<std::string> includes_of(const SourceFile& file);

/// The names of the types that a header defines in a namespace. Finds those that begin a line, as our format has it.
std::vector<std::string> types_defined_in(const SourceFile& header);

/// Whether the file is longer than 300 lines and no comment in it begins "Longer than 300 lines because".
bool is_too_long(const SourceFile& file);

}  // namespace vitals_test
