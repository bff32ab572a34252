#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace vitals_test {

/// A code block of a document.
struct Snippet {
  /// What follows the language, as in "from examples/01_minimal/main.cpp"; empty for most.
  std::string origin = {};
  std::vector<std::string> lines = {};
};

/// A Markdown file.
struct Document {
  std::string path;                ///< Relative to the top of the tree, with '/'.
  std::vector<std::string> lines;  ///< All of them.
  std::vector<std::string> prose;  ///< Those outside of code blocks.
  std::vector<Snippet> snippets;
};

Document parse_document(std::string path, std::string_view text);

/// All Markdown files of the tree, apart from those of build folders.
std::vector<Document> read_documents(const std::filesystem::path& top);

/// The targets of all links and images, as they are written.
std::vector<std::string> links_of(const Document& document);

/// The anchors that a link may name after '#': GitHub derives one from each heading.
std::set<std::string> anchors_of(const Document& document);

/// Whether the link is a web page, or its file, folder or heading exists.
bool leads_somewhere(const std::string& link, const Document& document, const std::filesystem::path& top);

/// Whether the file contains each paragraph of the snippet, indented in any depth.
bool is_part_of(const Snippet& snippet, std::string_view file);

/// In characters, not bytes.
std::size_t width_of(std::string_view line);

/// "[name]: target": may be as long as its target.
bool is_link_definition(const std::string& line);

}  // namespace vitals_test
