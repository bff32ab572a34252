// A service of Type=notify under a real systemd, which is process 1 of namespaces of the test's own.

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/eventually.hpp"
#include "support/program.hpp"
#include "support/read_file.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

const std::string script = VITALS_SOURCE_DIR "/tests/support/systemd.sh";

class RealSystemdTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists("/lib/systemd/systemd")) GTEST_SKIP() << "no systemd";
    if (::geteuid() != 0) GTEST_SKIP() << "namespaces for a process 1 need root";
    if (run({"check", folder_.path()}) == "failed") GTEST_SKIP() << "no namespaces and control groups here";
  }

  void TearDown() override {
    if (!systemd_) return;
    if (HasFailure()) ADD_FAILURE() << "systemd wrote:\n" << systemd_->output() << systemd_->errors();
    systemd_.reset();
    eventually([&] { return run({"clean", folder_.path()}).empty(); });
  }

  /// Starts systemd, which starts the service.
  void boot(const std::string& settings, const std::string& argument = {}) {
    std::filesystem::create_directory(folder_.path() / "units");
    write("units/test.target", "[Unit]\nDefaultDependencies=no\nWants=notified.service\n");
    write("units/notified.service",
          "[Unit]\nDefaultDependencies=no\n[Service]\nType=notify\nLimitCORE=0\n"
          "WorkingDirectory=" +
              folder_.path().string() + "\nExecStart=" VITALS_NOTIFIED_SERVICE " " + argument + "\n" + settings);
    systemd_.emplace("/bin/sh", std::vector<std::string>{script, "run", folder_.path()}, folder_.path());
    ASSERT_TRUE(eventually([&] { return !property("Id").empty(); }, 20ms)) << systemd_->errors();
  }

  void write(const std::string& name, const std::string& text = {}) const {
    std::ofstream{folder_.path() / name} << text;
  }
  void remove(const std::string& name) const { std::filesystem::remove(folder_.path() / name); }

  /// What the script prints on standard output, or "failed".
  [[nodiscard]] std::string run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), script);
    const TemporaryFolder scratch;
    Program program{"/bin/sh", std::move(arguments), scratch.path()};
    return program.wait() == 0 ? program.output() : "failed";
  }
  std::string systemctl(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"call", folder_.path(), "systemctl"});
    auto text = run(std::move(arguments));
    if (text == "failed") return {};
    if (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
  }
  [[nodiscard]] std::string property(const std::string& name) const {
    return systemctl({"show", "notified.service", "--value", "-p", name});
  }
  /// 0 if the service doesn't run.
  [[nodiscard]] long long last_ping() const {
    return std::strtoll(property("WatchdogTimestampMonotonic").c_str(), nullptr, 10);
  }
  [[nodiscard]] testing::AssertionResult becomes(const std::string& name, const std::string& value) const {
    if (eventually([&] { return property(name) == value; }, 20ms)) return testing::AssertionSuccess();
    return testing::AssertionFailure() << name << " is " << property(name) << ", not " << value;
  }

  const TemporaryFolder folder_;
  std::optional<Program> systemd_;
};

// Start and stop take longer than their timeouts, which the service has extended.
TEST_F(RealSystemdTest, FollowsAServiceThroughItsLife) {
  boot("TimeoutStartSec=5\nTimeoutStopSec=5\n");
  ASSERT_TRUE(becomes("StatusText", "starting: start: the check returned false"));
  const auto begin = steady_clock::now();
  EXPECT_TRUE(eventually([&] { return steady_clock::now() > begin + 6s; }));
  EXPECT_EQ(property("ActiveState"), "activating");

  write("started");
  ASSERT_TRUE(becomes("ActiveState", "active"));
  EXPECT_EQ(property("StatusText"), "ready");

  write("reload");
  EXPECT_TRUE(becomes("ActiveState", "reloading"));
  remove("reload");
  EXPECT_TRUE(becomes("ActiveState", "active"));

  systemctl({"stop", "--no-block", "notified.service"});
  EXPECT_TRUE(becomes("StatusText", "draining: SIGTERM"));
  EXPECT_TRUE(becomes("ActiveState", "inactive"));
  EXPECT_EQ(property("Result"), "success");
}

TEST_F(RealSystemdTest, IsPingedAndEndsAServiceThatIsStopped) {
  write("started");
  boot("WatchdogSec=6\n");
  ASSERT_TRUE(becomes("ActiveState", "active"));
  const auto ready = last_ping();
  EXPECT_TRUE(eventually([&] { return last_ping() > ready; }, 20ms));

  systemctl({"kill", "-s", "SIGSTOP", "notified.service"});

  EXPECT_TRUE(becomes("Result", "watchdog"));
}

TEST_F(RealSystemdTest, ActsAtOnceOnATriggeredWatchdog) {
  write("started");
  boot("", "trigger");
  ASSERT_TRUE(becomes("ActiveState", "active"));

  write("dead");

  EXPECT_TRUE(becomes("Result", "watchdog"));
}

TEST(SystemdUnitFileTest, PassesSystemdAnalyze) {
  if (!std::filesystem::exists("/usr/bin/systemd-analyze")) GTEST_SKIP() << "no systemd-analyze";
  const TemporaryFolder folder;
  std::string text = read_file(VITALS_SOURCE_DIR "/examples/systemd/notes.service");
  const std::string program = "/usr/local/bin/notes";
  ASSERT_NE(text.find(program), std::string::npos);
  text.replace(text.find(program), program.size(), VITALS_NOTIFIED_SERVICE);
  std::ofstream{folder.path() / "notes.service"} << text;

  Program verify{"/usr/bin/systemd-analyze", {"verify", folder.path() / "notes.service"}, folder.path()};

  EXPECT_EQ(verify.wait(), 0);
  EXPECT_EQ(verify.output() + verify.errors(), "");
}

}  // namespace
}  // namespace vitals_test
