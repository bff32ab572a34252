#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "architecture/include_rules.hpp"
#include "architecture/source_tree.hpp"

namespace vitals_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

TEST(ArchitectureTest, EveryIncludeFollowsTheDirectionOfTheDesign) {
  std::vector<std::string> broken;

  for (const auto& file : read_sources(source_tree, {"include", "src"}))
    for (const auto& included : includes_of(file))
      if (const auto rule = broken_include_rule(file.path, included)) broken.push_back(*rule);

  EXPECT_THAT(broken, IsEmpty());
}

TEST(ArchitectureTest, EveryRoomIsRead) {
  const auto files = read_sources(
      source_tree, {"include/vitals", "src/core", "src/http", "src/server", "src/lifecycle", "src/checks"});

  for (const std::string room :
       {"include/vitals/", "src/core/", "src/http/", "src/server/", "src/lifecycle/", "src/checks/"})
    EXPECT_TRUE(std::ranges::any_of(files, [&](const auto& file) {
      return file.path.starts_with(room) && !includes_of(file).empty();
    })) << room;
}

TEST(ArchitectureTest, NoFileIsTooLong) {
  std::vector<std::string> too_long;

  for (const auto& file : read_sources(source_tree, {"include", "src", "tests", "examples", "cmake"}))
    if (is_too_long(file)) too_long.push_back(file.path);

  EXPECT_THAT(too_long, IsEmpty());
}

// All headers share one namespace: two types of the same name would link, and one destructor would serve both.
TEST(ArchitectureTest, NoTwoHeadersDefineATypeOfTheSameName) {
  std::map<std::string, std::vector<std::string>> headers_of;

  for (const auto& file : read_sources(source_tree, {"include", "src"}))
    if (file.path.ends_with(".hpp"))
      for (const auto& type : types_defined_in(file)) headers_of[type].push_back(file.path);

  EXPECT_THAT(headers_of, testing::Not(IsEmpty()));
  for (const auto& [type, headers] : headers_of) EXPECT_THAT(headers, SizeIs(1)) << type;
}

TEST(ArchitectureTest, EveryPublicHeaderIsInTheHeaderSetOfOneTarget) {
  std::string lists;
  for (const auto& file : read_sources(source_tree, {"src"}))
    if (file.path.ends_with("CMakeLists.txt"))
      for (const auto& line : file.lines) lists += line + ' ';

  for (const auto& header : read_sources(source_tree, {"include"})) {
    const auto name = header.path.substr(std::string_view{"include/"}.size());
    const auto first = lists.find(name);
    EXPECT_NE(first, std::string::npos) << name << " is in no HEADERS list";
    EXPECT_EQ(lists.find(name, first + 1), std::string::npos) << name << " is in two HEADERS lists";
  }
}

struct Sample {
  std::string file;
  std::string included;
};

std::ostream& operator<<(std::ostream& stream, const Sample& sample) {
  return stream << sample.file << " includes " << sample.included;
}

class ForbiddenIncludeTest : public testing::TestWithParam<Sample> {};

TEST_P(ForbiddenIncludeTest, IsReported) {
  EXPECT_TRUE(broken_include_rule(GetParam().file, GetParam().included).has_value());
}

INSTANTIATE_TEST_SUITE_P(
    Samples, ForbiddenIncludeTest,
    testing::Values(
        Sample{"src/core/registry.cpp", "boost/asio.hpp"}, Sample{"src/core/registry.cpp", "nlohmann/json.hpp"},
        Sample{"src/core/registry.cpp", "unistd.h"}, Sample{"src/core/registry.cpp", "sys/epoll.h"},
        Sample{"src/core/registry.cpp", "fmt/format.h"}, Sample{"src/core/registry.cpp", "vitals/endpoint.hpp"},
        Sample{"src/core/registry.cpp", "vitals/server.hpp"}, Sample{"src/core/registry.cpp", "vitals/vitals.hpp"},
        Sample{"src/core/registry.cpp", "vitals/checks/sqlite.hpp"},
        Sample{"src/core/registry.cpp", "http/answers.hpp"}, Sample{"src/core/registry.cpp", "../http/answers.hpp"},
        Sample{"src/core/registry.cpp", "OTHER_HEADER"}, Sample{"src/http/answers.cpp", "boost/beast.hpp"},
        Sample{"src/http/answers.cpp", "nlohmann/json.hpp"}, Sample{"src/http/answers.cpp", "server/session.hpp"},
        Sample{"src/http/json_writer.cpp", "boost/json.hpp"}, Sample{"src/server/connection.cpp", "boost/asio.hpp"},
        Sample{"src/server/session.cpp", "nlohmann/json.hpp"},
        Sample{"src/server/session.cpp", "checks/postgres_client.hpp"}, Sample{"src/server/session.cpp", "libpq-fe.h"},
        Sample{"src/checks/sqlite.cpp", "libpq-fe.h"}, Sample{"src/checks/postgres.cpp", "sqlite3.h"},
        Sample{"src/checks/disk_space.cpp", "sqlite3.h"}, Sample{"src/checks/redis.cpp", "mysql.h"},
        Sample{"src/checks/postgres.cpp", "mysqld_error.h"},
        Sample{"src/checks/postgres.cpp", "core/state/registry_state.hpp"},
        Sample{"src/checks/postgres.cpp", "vitals/server.hpp"}, Sample{"include/vitals/registry.hpp", "boost/asio.hpp"},
        Sample{"include/vitals/registry.hpp", "core/work/wait.hpp"},
        Sample{"include/vitals/registry.hpp", "vitals/endpoint.hpp"},
        Sample{"include/vitals/registry.hpp", "netinet/in.h"},
        Sample{"include/vitals/endpoint.hpp", "vitals/server.hpp"},
        Sample{"include/vitals/endpoint.hpp", "nlohmann/json.hpp"},
        Sample{"include/vitals/server.hpp", "boost/asio.hpp"}, Sample{"include/vitals/beast.hpp", "vitals/server.hpp"},
        Sample{"include/vitals/beast.hpp", "nlohmann/json.hpp"},
        Sample{"include/vitals/metrics.hpp", "prometheus/collectable.h"},
        Sample{"include/vitals/registry.hpp", "vitals/metric_sink.hpp"},
        Sample{"include/vitals/prometheus.hpp", "vitals/server.hpp"},
        Sample{"include/vitals/server.hpp", "vitals/checks/postgres.hpp"},
        Sample{"include/vitals/checks/postgres.hpp", "libpq-fe.h"},
        Sample{"include/vitals/vitals.hpp", "vitals/testing.hpp"},
        Sample{"include/vitals/testing/run.hpp", "gmock/gmock.h"},
        Sample{"include/vitals/testing/fetch.hpp", "boost/asio.hpp"},
        Sample{"include/vitals/testing/manual_clock.hpp", "vitals/testing/run.hpp"},
        Sample{"src/testing/run.cpp", "core/state/registry_state.hpp"},
        Sample{"src/testing/fetch.cpp", "boost/asio.hpp"}, Sample{"src/core/registry.cpp", "vitals/testing/run.hpp"},
        Sample{"src/server/session.cpp", "testing/http_answer.hpp"},
        Sample{"src/server/session.cpp", "vitals/asio.hpp"}, Sample{"src/server/session.cpp", "asio/hosted_core.hpp"},
        Sample{"include/vitals/server.hpp", "vitals/asio_check.hpp"},
        Sample{"include/vitals/asio.hpp", "server/connection.hpp"}, Sample{"src/lifecycle/wake.cpp", "boost/asio.hpp"},
        Sample{"src/lifecycle/lifecycle.cpp", "vitals/server.hpp"},
        Sample{"include/vitals/lifecycle.hpp", "vitals/server.hpp"},
        Sample{"src/core/registry.cpp", "lifecycle/wake.hpp"}, Sample{"src/server/session.cpp", "vitals/lifecycle.hpp"},
        Sample{"src/extras/extra.cpp", "vector"}));

class AllowedIncludeTest : public testing::TestWithParam<Sample> {};

TEST_P(AllowedIncludeTest, IsNotReported) {
  EXPECT_EQ(broken_include_rule(GetParam().file, GetParam().included), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(
    Samples, AllowedIncludeTest,
    testing::Values(
        Sample{"src/core/registry.cpp", "vector"}, Sample{"src/core/registry.cpp", "vitals/registry.hpp"},
        Sample{"src/core/registry.cpp", "core/work/wait.hpp"}, Sample{"src/core/base/process_owner.cpp", "unistd.h"},
        Sample{"src/core/base/cancellation.cpp", "pthread.h"}, Sample{"src/core/base/user_code.hpp", "cxxabi.h"},
        Sample{"src/http/json_writer.cpp", "nlohmann/json.hpp"},
        Sample{"src/http/answers.cpp", "core/state/registry_state.hpp"},
        Sample{"src/server/own_thread.cpp", "boost/asio/io_context.hpp"},
        Sample{"src/server/session.cpp", "sys/socket.h"}, Sample{"src/server/session.cpp", "http/answers.hpp"},
        Sample{"src/checks/postgres.cpp", "libpq-fe.h"}, Sample{"src/checks/sqlite.cpp", "sqlite3.h"},
        Sample{"src/checks/mysql.cpp", "mysql.h"}, Sample{"src/checks/mysql.cpp", "errmsg.h"},
        Sample{"src/checks/sqlite.cpp", "vitals/check_result.hpp"},
        Sample{"include/vitals/asio.hpp", "boost/asio/post.hpp"},
        Sample{"include/vitals/asio.hpp", "vitals/asio_check.hpp"},
        Sample{"src/asio/hosted_core.cpp", "server/connection.hpp"},
        Sample{"src/asio/hosted_core.cpp", "boost/asio/strand.hpp"},
        Sample{"include/vitals/beast.hpp", "boost/beast/http/message.hpp"},
        Sample{"include/vitals/json.hpp", "nlohmann/json.hpp"},
        Sample{"include/vitals/prometheus.hpp", "prometheus/collectable.h"},
        Sample{"include/vitals/prometheus.hpp", "vitals/metric_sink.hpp"},
        Sample{"include/vitals/testing_gmock.hpp", "gmock/gmock.h"}, Sample{"src/testing/fetch.cpp", "sys/socket.h"},
        Sample{"src/lifecycle/wake.cpp", "poll.h"},
        Sample{"src/lifecycle/lifecycle_core.cpp", "core/state/registry_state.hpp"},
        Sample{"include/vitals/vitals.hpp", "vitals/server.hpp"},
        Sample{"src/core/base/own_descriptor.cpp", "fcntl.h"}));

TEST(IncludesOfTest, FindsBracketsQuotesMacrosAndOddSpacing) {
  const SourceFile file{"a.cpp",
                        {"#include <vector>", R"(  #  include "core/work/wait.hpp"  // why)", "#include OTHER_HEADER",
                         "// #include <boost/asio.hpp>", "#if 0"}};

  EXPECT_THAT(includes_of(file), testing::ElementsAre("vector", "core/work/wait.hpp", "OTHER_HEADER"));
}

TEST(TypesDefinedInTest, FindsDefinitionsAndNothingElse) {
  const SourceFile header{"a.hpp",
                          {"class VITALS_EXPORT Exported {", "struct Plain {",
                           "class Derived final : public Base<int> {", "class [[nodiscard]] VITALS_EXPORT Guard {",
                           "enum class Choice {", "class Declared;", "  struct Nested {", "class Outer::Inner {"}};

  EXPECT_THAT(types_defined_in(header), testing::ElementsAre("Exported", "Plain", "Derived", "Guard", "Choice"));
}

TEST(FileLengthTest, ThreeHundredLinesAreEnough) {
  const SourceFile longest{"a.cpp", std::vector<std::string>(300)};
  const SourceFile too_long{"a.cpp", std::vector<std::string>(301)};

  EXPECT_FALSE(is_too_long(longest));
  EXPECT_TRUE(is_too_long(too_long));
}

TEST(FileLengthTest, ALongerFileGivesItsReason) {
  SourceFile file{"a.cpp", std::vector<std::string>(301)};
  file.lines.front() = "// Longer than 300 lines because the table has one row for each status of RFC 9110.";

  EXPECT_FALSE(is_too_long(file));
}

}  // namespace
}  // namespace vitals_test
