#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/service_info.hpp>
#include <vitals/text_list.hpp>

namespace {

using testing::ElementsAre;
using vitals::TextList;

// Memory may be refused: a noexcept assignment, of a class that has a list too, would end the process.
static_assert(!std::is_nothrow_copy_assignable_v<TextList>);
static_assert(!std::is_nothrow_copy_assignable_v<vitals::ServiceLinks>);
static_assert(std::is_nothrow_move_assignable_v<TextList>);

/// As options have lists.
struct Options {
  TextList readiness_paths = {"/ready"};
};

TEST(TextListTest, HasTheTextsInTheirOrder) {
  const std::string base = "/app";

  EXPECT_THAT(Options{.readiness_paths = {"/a"}}.readiness_paths, ElementsAre("/a"));
  EXPECT_THAT((Options{.readiness_paths = {"/a", "/b"}}.readiness_paths), ElementsAre("/a", "/b"));
  EXPECT_THAT((Options{.readiness_paths = {base + "/a", base}}.readiness_paths), ElementsAre("/app/a", "/app"));
}

TEST(TextListTest, IsEmptyWithoutTexts) {
  EXPECT_TRUE(Options{.readiness_paths = {}}.readiness_paths.empty());
  EXPECT_EQ(TextList{}.size(), 0U);
}

// As a std::vector<std::string> it would be one string between two unrelated pointers.
TEST(TextListTest, IsTheListOfBothInDoubleBraces) {
  EXPECT_THAT((Options{.readiness_paths = {{"/a", "/b"}}}.readiness_paths), ElementsAre("/a", "/b"));
  EXPECT_THAT((Options{.readiness_paths = {{"/a", "/b", "/c"}}}.readiness_paths), ElementsAre("/a", "/b", "/c"));
  EXPECT_THAT((Options{.readiness_paths = {{"/a"}}}.readiness_paths), ElementsAre("/a"));
}

TEST(TextListTest, TakesTheTextsOfAContainer) {
  const std::vector<std::string> paths{"/a", "/b"};

  EXPECT_THAT(Options{.readiness_paths = paths}.readiness_paths, ElementsAre("/a", "/b"));
}

TEST(TextListTest, IsAValue) {
  TextList list{"/a", "/b"};
  const TextList copy = list;

  list.add(*list.begin());

  EXPECT_THAT(list, ElementsAre("/a", "/b", "/a"));
  EXPECT_THAT(copy, ElementsAre("/a", "/b"));
  EXPECT_FALSE(list == copy);
  EXPECT_TRUE(copy == (TextList{"/a", "/b"}));
  const TextList moved = std::move(list);
  EXPECT_EQ(moved.size(), 3U);
  list = copy;
  EXPECT_TRUE(list == copy);
}

}  // namespace
