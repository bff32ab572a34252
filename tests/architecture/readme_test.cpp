#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using testing::HasSubstr;

std::string read(const std::string& file) {
  std::ifstream in{std::filesystem::path{VITALS_SOURCE_DIR} / file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

// The files are compiled and run by tests/consumers.
class ReadmeTest : public testing::TestWithParam<std::string> {};

TEST_P(ReadmeTest, ShowsTheFileAsItIs) {
  const auto file = read(GetParam());

  ASSERT_FALSE(file.empty());
  EXPECT_THAT(read("README.md"), HasSubstr("\n```cpp\n" + file + "```\n"));
}

INSTANTIATE_TEST_SUITE_P(Files, ReadmeTest, testing::Values("examples/testing_your_checks/disk_space_test.cpp"));

}  // namespace
