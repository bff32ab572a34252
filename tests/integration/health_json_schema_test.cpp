// The JSON of all kinds of answers, against a schema of draft-inadarei-api-health-check-06, by Debian's
// python3-jsonschema.

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>
#include <vitals/registry.hpp>

#include "support/program.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using vitals::Callers;
using vitals::CheckResult;
using vitals::Endpoint;
using vitals::HealthRegistry;

constexpr auto python = "/usr/bin/python3";
constexpr auto script = R"(
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
validator = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())
for path in sys.argv[2:]:
    for error in validator.iter_errors(json.load(open(path))):
        print(path, error.json_path, error.message)
)";

class HealthJsonSchemaTest : public testing::Test {
 protected:
  HealthJsonSchemaTest() {
    const auto data = CheckResult::warn("slow")
                          .with("utilization", 0.93)
                          .with("response_time", 250ms)
                          .with("connections", 12)
                          .with("uptime", 2h)
                          .with("host", "db \"1\"");
    health_.add_liveness_check("loop", vitals::Heartbeat{1h});
    health_.add_readiness_check("database", [data] { return data; });
    health_.add_readiness_check("cache", [] { return CheckResult::fail("refused\n\xff"); }, {.critical = false});
    health_.add_readiness_check("later", vitals::PushedCheck{true});
  }

  /// Writes the JSON of each kind of path to a file.
  void keep_answers_of(HealthRegistry& health, const vitals::EndpointOptions& options) {
    const Endpoint endpoint{health, options};
    for (const auto* target : {"/healthz", "/ready", "/startup", "/health", "/ready/database", "/health/cache"}) {
      const auto reply = endpoint.handle({.target = target, .accept = "application/health+json"}).value();
      if (reply.status == 404) continue;
      files_.push_back(folder_.path() / (std::to_string(files_.size()) + ".json"));
      std::ofstream{files_.back()} << reply.body;
    }
  }
  void keep_answers() {
    for (const auto names : {Callers::nobody, Callers::anyone})
      for (const auto details : {Callers::nobody, Callers::anyone})
        keep_answers_of(health_, {.details = details, .names = names});
  }
  /// What is wrong with the files.
  [[nodiscard]] std::string errors() const {
    std::vector<std::string> arguments{"-c", script, VITALS_SOURCE_DIR "/tests/schemas/health_json.schema.json"};
    arguments.insert(arguments.end(), files_.begin(), files_.end());
    Program program{python, arguments, folder_.path()};
    const auto status = program.wait();
    return program.output() + program.errors() + (status == 0 ? "" : "status " + std::to_string(status));
  }

  TemporaryFolder folder_;
  std::vector<std::string> files_;
  HealthRegistry health_{
      {.service = {.name = "notes",
                   .version = "1.4.2",
                   .release_id = "9f3c2e1",
                   .description = "keeps notes",
                   .links = {{"runbook", "https://wiki.example/notes"}, {"self", "https://notes.example/health"}}}}};
};

TEST_F(HealthJsonSchemaTest, IsMetInEveryState) {
  keep_answers();
  health_.run_due();
  keep_answers();
  health_.begin_shutdown("SIGTERM \"now\"");
  keep_answers();

  EXPECT_GE(files_.size(), 50U);
  EXPECT_EQ(errors(), "");
}

TEST_F(HealthJsonSchemaTest, IsMetWithoutChecks) {
  HealthRegistry empty;

  keep_answers_of(empty, {.details = Callers::anyone});

  EXPECT_EQ(errors(), "");
}

TEST_F(HealthJsonSchemaTest, IsMissedByWhatIsWrong) {
  files_.push_back(folder_.path() / "wrong.json");
  std::ofstream{files_.back()} << R"({"status":"pass","output":"x","checks":{"a:b:c":[{"observedUnit":"s"}]}})";

  EXPECT_THAT(errors(), HasSubstr("'status' is a required property"));
}

}  // namespace
}  // namespace vitals_test
