// The recipes of examples/13_checks/README.md, with the servers themselves.

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/checks/tcp.hpp>
#include <vitals/testing_gmock.hpp>

#include "support/real_service.hpp"
#include "support/run_check.hpp"

namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using vitals::checks::Tcp;
using vitals::checks::TcpOptions;
using vitals::test::IsFail;
using vitals::test::IsPass;
using vitals_test::context_for;
using vitals_test::generous;
using vitals_test::ProgramService;

struct Recipe {
  std::string name;
  std::string program;
  bool needs_root = false;
  ProgramService::Arguments arguments;
  TcpOptions options;
};

std::vector<std::string> nats(const std::string& port, const fs::path&) { return {"-a", "127.0.0.1", "-p", port}; }

std::vector<std::string> opensmtpd(const std::string& port, const fs::path& folder) {
  const auto file = (folder / "smtpd.conf").string();
  std::ofstream{file} << "listen on 127.0.0.1 port " << port
                      << "\naction \"local\" maildir\nmatch for local action \"local\"\n";
  return {"-d", "-f", file};
}

std::vector<std::string> dovecot(const std::string& port, const fs::path& folder) {
  const auto file = (folder / "dovecot.conf").string();
  fs::permissions(folder, fs::perms::owner_all | fs::perms::others_exec | fs::perms::group_exec);
  std::ofstream{file} << "protocols = imap\nssl = no\nbase_dir = " << (folder / "run").string()
                      << "\nstate_dir = " << (folder / "state").string() << "\nlog_path = " << (folder / "log").string()
                      << "\nservice imap-login {\n  inet_listener imap {\n    address = 127.0.0.1\n    port = " << port
                      << "\n  }\n  inet_listener imaps {\n    port = 0\n  }\n}\n"
                      << "passdb {\n  driver = static\n  args = password=x\n}\n"
                      << "userdb {\n  driver = static\n  args = uid=65534 gid=65534 home=/nonexistent\n}\n";
  return {"-F", "-c", file};
}

class TcpRecipesTest : public testing::TestWithParam<Recipe> {};

TEST_P(TcpRecipesTest, TheServerAnswersItsRecipeAndNoOther) {
  const auto& recipe = GetParam();
  if (!fs::exists(recipe.program)) GTEST_SKIP() << recipe.program << " is missing";
  if (recipe.needs_root && ::geteuid() != 0) GTEST_SKIP() << recipe.program << " must be started as root";
  const ProgramService server{recipe.program, recipe.arguments};
  const auto address = "127.0.0.1:" + std::to_string(server.port());
  auto another = recipe.options;
  another.expect = "another server";

  EXPECT_THAT((Tcp{address, recipe.options}(context_for(generous))), IsPass());
  EXPECT_THAT((Tcp{address, another}(context_for(generous))), IsFail(HasSubstr("unexpected answer of " + address)));
}

INSTANTIATE_TEST_SUITE_P(Each, TcpRecipesTest,
                         testing::Values(Recipe{.name = "memcached",
                                                .program = "/usr/bin/memcached",
                                                .arguments = vitals_test::memcached_arguments,
                                                .options = {.send = "version\r\n", .expect = "VERSION"}},
                                         Recipe{.name = "NATS",
                                                .program = "/usr/sbin/nats-server",
                                                .arguments = nats,
                                                .options = {.expect = "INFO"}},
                                         Recipe{.name = "SMTP",
                                                .program = "/usr/sbin/smtpd",
                                                .needs_root = true,
                                                .arguments = opensmtpd,
                                                .options = {.expect = "220"}},
                                         Recipe{.name = "IMAP",
                                                .program = "/usr/sbin/dovecot",
                                                .needs_root = true,
                                                .arguments = dovecot,
                                                .options = {.expect = "* OK"}}),
                         [](const auto& recipe) { return recipe.param.name; });

}  // namespace
