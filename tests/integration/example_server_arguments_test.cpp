#include <cstdlib>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/example_server.hpp"

namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using vitals_test::ExampleServer;
using vitals_test::Program;
using vitals_test::TemporaryFolder;

struct BadArguments {
  std::string name;
  std::vector<std::string> arguments;
  std::string message;
};
class ExampleServerArgumentsTest : public testing::TestWithParam<BadArguments> {};

TEST_P(ExampleServerArgumentsTest, AreRefusedWithAMessageAndStatusTwo) {
  const TemporaryFolder folder;
  Program program{VITALS_EXAMPLE_SERVER, GetParam().arguments, folder.path()};

  const int status = program.wait();

  EXPECT_EQ(status, 2);
  EXPECT_THAT(program.errors(), HasSubstr(GetParam().message));
  EXPECT_THAT(program.errors(), Not(HasSubstr("hunter2")));
  EXPECT_EQ(program.output(), "");
}

INSTANTIATE_TEST_SUITE_P(
    Bad, ExampleServerArgumentsTest,
    testing::Values(
        BadArguments{"UnknownOption", {"--colour"}, "unknown option --colour"},
        BadArguments{
            "UnknownOptionWithValue", {"--databse=postgresql://app:hunter2@db/app"}, "unknown option --databse;"},
        BadArguments{"NoOption", {"postgresql://app:hunter2@db/app"}, "expected an option, not a value"},
        BadArguments{"NoValue", {"--port"}, "--port needs a value"},
        BadArguments{"PortTooHigh", {"--port", "65536"}, "0 to 65535"},
        BadArguments{"PortNegative", {"--port", "-1"}, "0 to 65535"},
        BadArguments{"PortWithLetter", {"--health-port", "80a"}, "0 to 65535"},
        BadArguments{"PortEmpty", {"--health-port="}, "0 to 65535"},
        BadArguments{"StartupNoNumber", {"--startup-seconds", "soon"}, "--startup-seconds takes"},
        BadArguments{"StartupTooLong", {"--startup-seconds", "3601"}, "0 to 3600"},
        BadArguments{"DrainTooLong", {"--drain-seconds", "241"}, "0 to 240"},
        BadArguments{"UnknownDatabase", {"--database", "mysql://app:hunter2@db/app"}, "sqlite:PATH or postgresql://"},
        BadArguments{"SqliteWithoutPath", {"--database", "sqlite:"}, "must name a file"},
        BadArguments{
            "RedisUrlWithoutScheme", {"--redis", "app:hunter2@cache"}, "Redis: the URL must begin with redis://"},
        BadArguments{"UpstreamWithTls", {"--upstream", "https://up/?key=hunter2"}, "Http: the URL asks for TLS"},
        BadArguments{"MalformedUrl", {"--database", "postgresql://app:hun@hunter2@db/app"}, "--database: "}),
    [](const auto& test) { return test.param.name; });

TEST(ExampleServerProcessTest, ABadUrlInTheEnvironmentIsRefusedInItsName) {
  for (const char* url : {"", "mysql://app:hunter2@db/app", "postgresql://app:hun@hunter2@db/app", "sqlite:"}) {
    setenv("DATABASE_URL", url, 1);
    const TemporaryFolder folder;
    Program program{VITALS_EXAMPLE_SERVER, {}, folder.path()};

    EXPECT_EQ(program.wait(), 2) << url;
    EXPECT_THAT(program.errors(), StartsWith("vitals-example-server: DATABASE_URL")) << url;
    EXPECT_THAT(program.errors(), Not(HasSubstr("hunter2")));
  }
  unsetenv("DATABASE_URL");
}

TEST(ExampleServerProcessTest, HelpAndVersionGoToStandardOutput) {
  const TemporaryFolder folder;
  Program help{VITALS_EXAMPLE_SERVER, {"--help"}, folder.path()};
  ASSERT_EQ(help.wait(), 0);
  EXPECT_THAT(help.output(), StartsWith("Usage: vitals-example-server"));
  Program version{VITALS_EXAMPLE_SERVER, {"--version"}, folder.path()};

  ASSERT_EQ(version.wait(), 0);
  EXPECT_THAT(version.output(), testing::MatchesRegex("vitals-example-server [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST(ExampleServerProcessTest, APortThatIsTakenEndsItWithStatusOneAndItsNumber) {
  const ExampleServer server;
  for (const char* option : {"--port", "--health-port"}) {
    const TemporaryFolder folder;
    const std::string port = std::to_string(server.port());
    const std::string other = std::string{option} == "--port" ? "--health-port" : "--port";
    Program second{VITALS_EXAMPLE_SERVER, {option, port, other, "0"}, folder.path()};

    EXPECT_EQ(second.wait(), 1);
    EXPECT_THAT(second.errors(), HasSubstr(port));
  }
}

}  // namespace
