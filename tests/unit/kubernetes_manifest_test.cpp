#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/endpoint.hpp>
#include <vitals/registry.hpp>

namespace {

using std::chrono::seconds;
using testing::Contains;

std::string read(const std::string& file) {
  std::ifstream in{std::string{VITALS_SOURCE_DIR} + "/examples/kubernetes/" + file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::size_t indent_of(const std::string& line) { return std::min(line.find_first_not_of(' '), line.size()); }

/// The lines of a probe of the deployment: those below its name that are indented further.
std::string probe(const std::string& name) {
  std::istringstream text{read("deployment.yaml")};
  std::string block;
  std::size_t indent = std::string::npos;
  for (std::string line; std::getline(text, line);) {
    if (indent != std::string::npos && indent_of(line) <= indent) break;
    if (indent != std::string::npos) block += line + '\n';
    if (line.substr(indent_of(line)) == name + ":") indent = indent_of(line);
  }
  return block;
}

/// What stands between `before` and the next of `after`; empty if there is nothing like that.
std::string between(const std::string& text, const std::string& before, char after) {
  const auto start = text.find(before);
  if (start == std::string::npos) return "";
  const auto value = start + before.size();
  return text.substr(value, text.find(after, value) - value);
}

/// The number of a key in that text; -1 if there is none.
int number(const std::string& text, const std::string& key) {
  const std::string value = between(text, " " + key + ": ", '\n');
  return value.empty() ? -1 : std::stoi(value);
}

std::string path(const std::string& text) { return between(text, "httpGet: {path: ", ','); }

TEST(KubernetesManifestTest, EachProbeAsksItsPath) {
  const vitals::EndpointOptions paths;

  EXPECT_THAT(paths.startup_paths, Contains(path(probe("startupProbe"))));
  EXPECT_THAT(paths.liveness_paths, Contains(path(probe("livenessProbe"))));
  EXPECT_THAT(paths.readiness_paths, Contains(path(probe("readinessProbe"))));
}

TEST(KubernetesManifestTest, EveryAnswerFitsIntoTheKubeletsTimeout) {
  const vitals::RegistryOptions options;

  for (const char* name : {"startupProbe", "livenessProbe", "readinessProbe"}) {
    const int timeout = number(probe(name), "timeoutSeconds");
    EXPECT_EQ(timeout, 2) << name;
    EXPECT_LT(options.answer_budget, seconds{timeout} / 2) << name;
    EXPECT_LT(timeout, number(probe(name), "periodSeconds")) << name;
  }
}

TEST(KubernetesManifestTest, StartupMayTakeAsLongAsTheRegistryShieldsLiveness) {
  const std::string startup = probe("startupProbe");

  const seconds patience{number(startup, "periodSeconds") * number(startup, "failureThreshold")};

  EXPECT_GE(patience, vitals::RegistryOptions{}.startup_deadline);
}

TEST(KubernetesManifestTest, LivenessIsPatientAndReadinessIsQuick) {
  EXPECT_EQ(number(probe("livenessProbe"), "periodSeconds"), 10);
  EXPECT_EQ(number(probe("livenessProbe"), "failureThreshold"), 3);
  EXPECT_EQ(number(probe("readinessProbe"), "periodSeconds"), 5);
  EXPECT_EQ(number(probe("readinessProbe"), "failureThreshold"), 3);
}

TEST(KubernetesManifestTest, NoDelayIsTunedByHand) {
  EXPECT_EQ(number(read("deployment.yaml"), "initialDelaySeconds"), -1);
}

TEST(KubernetesManifestTest, TheGracePeriodCoversTheDrainAndTheRequestsUnderWay) {
  const std::string text = read("deployment.yaml");
  const std::string drain = between(text, "--drain-seconds, \"", '"');
  constexpr int requests_under_way = 5;

  const int needed = std::stoi(drain) + requests_under_way;

  EXPECT_GT(number(text, "terminationGracePeriodSeconds"), needed);
  EXPECT_LT(seconds{needed}, vitals::RegistryOptions{}.shutdown_limit);
  EXPECT_GE(std::stoi(drain), number(probe("readinessProbe"), "periodSeconds")) << "nobody would notice the drain";
}

TEST(KubernetesManifestTest, TheDatabaseUrlComesFromASecret) {
  const std::string text = read("deployment.yaml");

  EXPECT_EQ(between(text, "--database, ", ','), "$(DATABASE_URL)");
  EXPECT_EQ(between(text, "- name: DATABASE_URL\n              valueFrom:\n                ", ':'), "secretKeyRef");
}

TEST(KubernetesManifestTest, TheServiceSendsToTheApplicationOnly) {
  const std::string text = read("service.yaml");

  EXPECT_EQ(text.find("targetPort: health"), std::string::npos);
  EXPECT_NE(text.find("targetPort: http"), std::string::npos);
}

}  // namespace
