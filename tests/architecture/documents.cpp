#include "architecture/documents.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <regex>
#include <sstream>

#include "support/read_file.hpp"

namespace vitals_test {
namespace {

std::vector<std::string> lines_of(std::string_view text) {
  std::istringstream stream{std::string{text}};
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> matches_of(const std::string& text, const std::regex& pattern) {
  std::vector<std::string> found;
  for (auto match = std::sregex_iterator{text.begin(), text.end(), pattern}; match != std::sregex_iterator{}; ++match)
    found.push_back((*match)[1]);
  return found;
}

std::string anchor_of(const std::string& heading) {
  std::string anchor;
  for (const char c : heading) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '_') anchor += static_cast<char>(std::tolower(byte));
    if (c == ' ') anchor += '-';
  }
  return anchor;
}

std::size_t indentation_of(std::string_view line) { return std::min(line.find_first_not_of(' '), line.size()); }

using Lines = std::vector<std::string>;

bool stands_at(Lines::const_iterator first, const Lines& paragraph) {
  const auto depth = indentation_of(*first);
  const auto own_depth = indentation_of(paragraph.front());
  if (depth < own_depth) return false;
  const std::string indentation(depth - own_depth, ' ');
  return std::ranges::all_of(paragraph, [&](const auto& line) { return *first++ == indentation + line; });
}

bool stands_in(const Lines& file, const Lines& paragraph) {
  if (file.size() < paragraph.size()) return false;
  const auto last = file.end() - static_cast<std::ptrdiff_t>(paragraph.size());
  for (auto first = file.begin(); first <= last; ++first)
    if (stands_at(first, paragraph)) return true;
  return false;
}

}  // namespace

Document parse_document(std::string path, std::string_view text) {
  static const std::regex fence{"```([a-z0-9]*) ?(.*)"};
  Document document{.path = std::move(path), .lines = lines_of(text), .prose = {}, .snippets = {}};
  bool inside = false;
  for (const auto& line : document.lines) {
    std::smatch parts;
    if (std::regex_match(line, parts, fence)) {
      inside = !inside;
      if (inside) document.snippets.push_back({.origin = parts[2], .lines = {}});
    } else if (inside) {
      document.snippets.back().lines.push_back(line);
    } else {
      document.prose.push_back(line);
    }
  }
  return document;
}

std::vector<Document> read_documents(const std::filesystem::path& top) {
  static constexpr std::array<std::string_view, 5> folders{"include", "src", "tests", "examples", "cmake"};
  std::vector<std::filesystem::path> files;
  const auto add = [&](const auto& entries) {
    for (const auto& entry : entries)
      if (entry.path().extension() == ".md") files.push_back(entry.path());
  };
  add(std::filesystem::directory_iterator{top});
  for (const auto folder : folders) add(std::filesystem::recursive_directory_iterator{top / folder});
  std::ranges::sort(files);

  std::vector<Document> documents;
  for (const auto& file : files)
    documents.push_back(parse_document(std::filesystem::relative(file, top).generic_string(), read_file(file)));
  return documents;
}

std::vector<std::string> links_of(const Document& document) {
  static const std::regex code{"`[^`]*`"};
  static const std::regex link{R"(\]\(([^)\s]+)\))"};
  static const std::regex definition{R"(^\[[^\]]+\]: *(\S+))"};
  std::vector<std::string> links;
  for (const auto& line : document.prose) {
    const auto text = std::regex_replace(line, code, "``");
    for (const auto& pattern : {link, definition})
      std::ranges::copy(matches_of(text, pattern), std::back_inserter(links));
  }
  return links;
}

std::set<std::string> anchors_of(const Document& document) {
  static const std::regex heading{"#+ +(.*)"};
  std::set<std::string> anchors;
  std::smatch parts;
  for (const auto& line : document.prose) {
    if (!std::regex_match(line, parts, heading)) continue;
    const auto anchor = anchor_of(parts[1]);
    if (anchors.insert(anchor).second) continue;
    int number = 1;
    while (!anchors.insert(anchor + '-' + std::to_string(number)).second) ++number;
  }
  return anchors;
}

bool leads_somewhere(const std::string& link, const Document& document, const std::filesystem::path& top) {
  static const std::regex net{"(https?|mailto):.*"};
  if (std::regex_match(link, net)) return true;
  const auto hash = std::min(link.find('#'), link.size());
  const auto folder = (top / document.path).parent_path();
  const auto file = hash == 0 ? top / document.path : folder / link.substr(0, hash);
  if (hash == link.size()) return std::filesystem::exists(file);
  return std::filesystem::is_regular_file(file) &&
         anchors_of(parse_document("", read_file(file))).contains(link.substr(hash + 1));
}

bool is_part_of(const Snippet& snippet, std::string_view file) {
  const auto file_lines = lines_of(file);
  Lines paragraph;
  const auto is_there = [&] { return paragraph.empty() || stands_in(file_lines, paragraph); };
  for (const auto& line : snippet.lines) {
    if (!line.empty()) {
      paragraph.push_back(line);
      continue;
    }
    if (!is_there()) return false;
    paragraph.clear();
  }
  return is_there();
}

std::size_t width_of(std::string_view line) {
  // UTF-8: counts every byte that doesn't continue a character.
  return static_cast<std::size_t>(std::ranges::count_if(line, [](char c) { return (c & 0xC0) != 0x80; }));
}

bool is_link_definition(const std::string& line) {
  static const std::regex definition{R"(\[[^\]]+\]: *\S+)"};
  return std::regex_match(line, definition);
}

}  // namespace vitals_test
