#include "architecture/documents.hpp"

#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "architecture/source_tree.hpp"
#include "support/read_file.hpp"

namespace vitals_test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::Gt;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(DocumentsTest, AreFound) {
  const auto documents = read_documents(source_tree);

  for (const std::string path : {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "src/README.md", "tests/README.md"})
    EXPECT_THAT(documents, Contains(Field(&Document::path, path)));
}

TEST(DocumentsTest, EveryLinkLeadsSomewhere) {
  std::vector<std::string> broken;
  std::size_t links = 0;

  for (const auto& document : read_documents(source_tree))
    for (const auto& link : links_of(document)) {
      ++links;
      if (!leads_somewhere(link, document, source_tree)) broken.push_back(document.path + ": " + link);
    }

  EXPECT_THAT(broken, IsEmpty());
  EXPECT_THAT(links, Gt(100U));
}

TEST(DocumentsTest, EverySnippetThatNamesItsFileIsPartOfIt) {
  std::vector<std::string> wrong;
  std::size_t snippets = 0;

  for (const auto& document : read_documents(source_tree))
    for (const auto& snippet : document.snippets) {
      if (snippet.origin.empty()) continue;
      ++snippets;
      const auto file =
          (source_tree / document.path).parent_path() / snippet.origin.substr(std::string{"from "}.size());
      if (!is_part_of(snippet, read_file(file))) wrong.push_back(document.path + ": " + snippet.origin);
    }

  EXPECT_THAT(wrong, IsEmpty());
  EXPECT_THAT(snippets, Gt(2U));
}

TEST(DocumentsTest, ReadmeTakesFiveMinutes) {
  EXPECT_LE(parse_document("README.md", read_file(source_tree / "README.md")).lines.size(), 250U);
}

// In other documents code may be wider, because the output of a program can't be wrapped.
TEST(DocumentsTest, NoReadmeIsWiderThanAScreen) {
  std::vector<std::string> wide;

  for (const auto& document : read_documents(source_tree)) {
    if (!document.path.ends_with("README.md") && document.path != "CONTRIBUTING.md") continue;
    for (const auto& line : document.path == "README.md" ? document.lines : document.prose)
      if (width_of(line) > 120 && !is_link_definition(line)) wide.push_back(document.path + ": " + line);
  }

  EXPECT_THAT(wide, IsEmpty());
}

TEST(LinksTest, AreThoseOutsideOfCode) {
  const auto document = parse_document("a.md", "[a](b.md) and ![c](d.svg)\n`[e](f)`\n```\n[g](h)\n```\n[i]: j.md\n");

  EXPECT_THAT(links_of(document), ElementsAre("b.md", "d.svg", "j.md"));
}

TEST(LinksTest, LeadToFilesFoldersHeadingsAndPages) {
  const auto document = parse_document("tests/README.md", read_file(source_tree / "tests/README.md"));

  for (const auto* link : {"unit", "../README.md", "../README.md#checks", "#how-to-add-one", "https://example.com/"})
    EXPECT_TRUE(leads_somewhere(link, document, source_tree)) << link;
  for (const auto* link : {"nowhere", "README.md/x", "../README.md#nowhere", "#checks", "unit#checks"})
    EXPECT_FALSE(leads_somewhere(link, document, source_tree)) << link;
}

TEST(AnchorsTest, AreThoseOfGitHub) {
  const auto document =
      parse_document("a.md", "# When it doesn't compile\n## C++17, `now`\n## Same\n## Same\n```\n# no\n```\n");

  EXPECT_THAT(anchors_of(document), UnorderedElementsAre("when-it-doesnt-compile", "c17-now", "same", "same-1"));
}

TEST(SnippetTest, IsFoundInAFileParagraphByParagraph) {
  const Snippet snippet{.origin = {}, .lines = {"if (a)", "  b();", "", "c();"}};

  EXPECT_TRUE(is_part_of(snippet, "void f() {\n  if (a)\n    b();\n  d();\n  c();\n}\n"));
  EXPECT_FALSE(is_part_of(snippet, "void f() {\n  if (a)\n    b();\n}\n"));
  EXPECT_FALSE(is_part_of(snippet, "void f() {\n  if (a)\n  b();\n  c();\n}\n"));
  EXPECT_FALSE(is_part_of(snippet, ""));
}

TEST(WidthTest, CountsCharacters) { EXPECT_EQ(width_of("µs ≤ 5"), 6U); }

}  // namespace
}  // namespace vitals_test
