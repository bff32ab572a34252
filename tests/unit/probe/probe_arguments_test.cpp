#include <chrono>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/probe_main.hpp>

#include "probe/arguments.hpp"

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using vitals::detail::parse_probe_arguments;
using vitals::detail::ProbeArguments;

ProbeArguments parsed(const std::vector<const char*>& words, const char* default_url = "") {
  return parse_probe_arguments(words, default_url);
}

TEST(ProbeArgumentsTest, TakesAnAddressAndAPath) {
  const auto url = parsed({"http://127.0.0.1:8080/ready?a=1"});
  EXPECT_EQ(url.error, "");
  EXPECT_EQ(url.target.host, "127.0.0.1:8080");
  EXPECT_EQ(url.target.address, "127.0.0.1");
  EXPECT_EQ(url.target.port, "8080");
  EXPECT_EQ(url.target.path, "/ready?a=1");

  const auto ipv6 = parsed({"http://[::1]:8080"});
  EXPECT_EQ(ipv6.error, "");
  EXPECT_EQ(ipv6.target.address, "::1");
  EXPECT_EQ(ipv6.target.port, "8080");
  EXPECT_EQ(ipv6.target.path, "/");

  const auto local = parsed({"http://localhost?a=1"});
  EXPECT_EQ(local.error, "");
  EXPECT_EQ(local.target.port, "80");
  EXPECT_EQ(local.target.path, "/?a=1");
}

TEST(ProbeArgumentsTest, TakesAUnixSocketAndAPath) {
  const auto path = parsed({"unix:/run/notes/health.sock:/ready"});
  EXPECT_EQ(path.error, "");
  EXPECT_EQ(path.target.unix_path, "/run/notes/health.sock");
  EXPECT_EQ(path.target.path, "/ready");
  EXPECT_EQ(path.target.host, "localhost");

  const auto name = parsed({"unix:@notes"});
  EXPECT_EQ(name.error, "");
  EXPECT_EQ(name.target.unix_path, "@notes");
  EXPECT_EQ(name.target.path, "/");
}

TEST(ProbeArgumentsTest, TakesOptionsInBothForms) {
  const auto all = parsed({"--verbose", "--timeout=500ms", "--retry-until", "2m", "--header", "X-A: b", "--header=C:d",
                           "http://127.0.0.1"});
  EXPECT_EQ(all.error, "");
  EXPECT_TRUE(all.verbose);
  EXPECT_EQ(all.timeout, 500ms);
  EXPECT_EQ(all.retry_until, 2min);
  EXPECT_EQ(all.headers, "X-A: b\r\nC:d\r\n");

  const auto none = parsed({}, "http://127.0.0.1:8080/healthz");
  EXPECT_EQ(none.error, "");
  EXPECT_EQ(none.timeout, 2s);
  EXPECT_EQ(none.target.path, "/healthz");
  EXPECT_TRUE(parsed({"--help"}).help);
}

struct Wrong {
  std::vector<const char*> words;
  std::string error;
};

TEST(ProbeArgumentsTest, RefusesWhatItCannotDo) {
  const std::string long_path = "unix:/" + std::string(107, 'x');
  const std::vector<Wrong> cases{
      {{}, "a URL is missing"},
      {{"127.0.0.1"}, "must begin with http:// or unix:"},
      {{"https://127.0.0.1"}, "must begin with http:// or unix:"},
      {{"http://notes:8080"}, "must be a numeric address or localhost"},
      {{"http://"}, "must be a numeric address or localhost"},
      {{"http://user@127.0.0.1"}, "must be a numeric address or localhost"},
      {{"http://[::1"}, "must be a numeric address or localhost"},
      {{"http://127.0.0.1:"}, "the port must be 1 to 65535"},
      {{"http://127.0.0.1:0"}, "the port must be 1 to 65535"},
      {{"http://127.0.0.1:65536"}, "the port must be 1 to 65535"},
      {{"http://[::1]8080"}, "the port must be 1 to 65535"},
      {{"http://127.0.0.1/a b"}, "printable ASCII without spaces and '#'"},
      {{"http://127.0.0.1/\r\nX: y"}, "printable ASCII without spaces and '#'"},
      {{"http://127.0.0.1/#a"}, "printable ASCII without spaces and '#'"},
      {{"unix:"}, "2 to 107 bytes"},
      {{"unix:@"}, "2 to 107 bytes"},
      {{long_path.c_str()}, "2 to 107 bytes"},
      {{"--timeout", "http://127.0.0.1"}, "--timeout takes a duration"},
      {{"--timeout", "0s", "http://127.0.0.1"}, "--timeout takes a duration"},
      {{"--timeout", "25h", "http://127.0.0.1"}, "--timeout takes a duration"},
      {{"--timeout", "1441m", "http://127.0.0.1"}, "--timeout takes a duration"},
      {{"--retry-until", "30", "http://127.0.0.1"}, "--retry-until takes a duration"},
      {{"http://127.0.0.1", "--timeout"}, "--timeout needs a value"},
      {{"--header", "no colon", "http://127.0.0.1"}, "--header takes"},
      {{"--header", "A: b\r\nC: d", "http://127.0.0.1"}, "--header takes"},
      {{"--colour", "http://127.0.0.1"}, "unknown option --colour"},
      {{"http://127.0.0.1", "http://127.0.0.2"}, "one URL only"},
  };
  for (const auto& wrong : cases)
    EXPECT_THAT(parsed(wrong.words).error, HasSubstr(wrong.error)) << testing::PrintToString(wrong.words);
}

TEST(ProbeMainTest, IsForHealthOnly) {
  const char* const without[]{"app"};
  const char* const other[]{"app", "--port", "--health"};
  const char* const wrong[]{"app", "--health", "--colour"};

  EXPECT_EQ(vitals::probe_main(1, without), std::nullopt);
  EXPECT_EQ(vitals::probe_main(3, other), std::nullopt);
  EXPECT_EQ(vitals::probe_main(0, without), std::nullopt);
  EXPECT_EQ(vitals::probe_main(3, wrong), 64);
}

}  // namespace
