#include "architecture/source_tree.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <regex>

namespace vitals_test {
namespace {

constexpr std::size_t max_lines = 300;

bool is_source(const std::filesystem::path& path) {
  static constexpr std::array<std::string_view, 8> extensions{".hpp", ".cpp", ".cmake", ".sh",
                                                              ".in",  ".py",  ".js",    ".css"};
  return path.filename() == "CMakeLists.txt" ||
         std::ranges::find(extensions, path.extension().string()) != extensions.end();
}

std::vector<std::string> read_lines(const std::filesystem::path& path) {
  std::ifstream stream{path};
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace

std::vector<SourceFile> read_sources(const std::filesystem::path& top, const std::vector<std::string>& folders) {
  std::vector<SourceFile> files;
  for (const auto& folder : folders)
    for (const auto& entry : std::filesystem::recursive_directory_iterator{top / folder})
      if (entry.is_regular_file() && is_source(entry.path()))
        files.push_back({std::filesystem::relative(entry.path(), top).generic_string(), read_lines(entry.path())});
  std::ranges::sort(files, {}, &SourceFile::path);
  return files;
}

std::vector<std::string> includes_of(const SourceFile& file) {
  static const std::regex include_line{R"(^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)\"|(\S.*)))"};
  std::vector<std::string> includes;
  for (const auto& line : file.lines) {
    std::smatch match;
    if (!std::regex_search(line, match, include_line)) continue;
    const auto written = std::find_if(match.begin() + 1, match.end(), [](const auto& group) { return group.matched; });
    includes.push_back(written->str());
  }
  return includes;
}

std::vector<std::string> types_defined_in(const SourceFile& header) {
  static const std::regex definition{
      R"(^(?:class|struct|union|enum|enum class) (?:\[\[\w+\]\] )?(?:VITALS_EXPORT )?(\w+)(?: final)?(?: :.*)? \{)"};
  std::vector<std::string> types;
  for (const auto& line : header.lines)
    if (std::smatch match; std::regex_search(line, match, definition)) types.push_back(match[1]);
  return types;
}

bool is_too_long(const SourceFile& file) {
  static const std::regex reason{R"((//|#)\s*Longer than 300 lines because \S)"};
  return file.lines.size() > max_lines &&
         std::ranges::none_of(file.lines, [](const auto& line) { return std::regex_search(line, reason); });
}

}  // namespace vitals_test
