// The manifests of examples/kubernetes, against the JSON schemas of Kubernetes and of the Prometheus Operator.

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/manifest.hpp"
#include "support/program.hpp"

namespace vitals_test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

const std::string schemas = VITALS_SOURCE_DIR "/build/kubernetes-schemas";

class KubernetesSchemaTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(schemas)) GTEST_SKIP() << schemas << " is missing: `tests/run.sh --only dev` unpacks it";
  }

  /// Makes a copy of a manifest with another text in place of the first `before`.
  void break_manifest(const std::string& name, const std::string& before, const std::string& after) {
    std::string text = kubernetes_file(name);
    const auto place = text.find(before);
    if (place == std::string::npos) throw std::logic_error{name + " has no " + before};
    std::ofstream{folder_.path() / name} << text.replace(place, before.size(), after);
  }
  [[nodiscard]] std::string errors_of_broken() const { return errors_in(folder_.path()); }

  [[nodiscard]] std::string errors_in(const fs::path& folder) const {
    std::vector<std::string> arguments{VITALS_SOURCE_DIR "/tests/support/kubernetes_errors.py", schemas};
    for (const auto& entry : fs::directory_iterator{folder})
      if (entry.path().extension() == ".yaml") arguments.push_back(entry.path());
    if (arguments.size() == 2) throw std::logic_error{"no manifest in " + folder.string()};
    Program program{"/usr/bin/python3", arguments, folder_.path()};
    const auto status = program.wait();
    return program.output() + program.errors() + (status == 0 ? "" : "status " + std::to_string(status));
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(KubernetesSchemaTest, IsMetByEveryManifest) {
  EXPECT_EQ(errors_in(VITALS_SOURCE_DIR "/examples/kubernetes"), "");
}

TEST_F(KubernetesSchemaTest, RefusesAMisspeltFieldOfEveryKind) {
  break_manifest("deployment.yaml", "readinessProbe:", "readinesProbe:");
  break_manifest("service.yaml", "targetPort: http", "targetport: http");
  break_manifest("pod_disruption_budget.yaml", "maxUnavailable:", "maxUnavailible:");
  break_manifest("service_monitor.yaml", "interval:", "intervall:");
  break_manifest("network_policy.yaml", "policyTypes:", "policyType:");

  EXPECT_THAT(errors_of_broken(),
              AllOf(HasSubstr("$.spec.template.spec.containers[0]: Additional properties are not allowed "
                              "('readinesProbe' was unexpected)"),
                    HasSubstr("'targetport'"), HasSubstr("'maxUnavailible'"), HasSubstr("'intervall'"),
                    HasSubstr("'policyType'")));
}

TEST_F(KubernetesSchemaTest, RefusesAValueOfAnotherType) {
  break_manifest("deployment.yaml", "periodSeconds: 5", "periodSeconds: 5s");
  break_manifest("service_monitor.yaml", "targetPort: health", "port: 8080");
  break_manifest("network_policy.yaml", "{port: http}", "{port: http, protocol: HTTP}");

  EXPECT_THAT(errors_of_broken(), AllOf(HasSubstr("'5s' is not of type 'integer'"),
                                        HasSubstr("8080 is not of type 'string'"), HasSubstr("'HTTP' is not one of")));
}

TEST_F(KubernetesSchemaTest, RefusesAManifestWithoutARequiredField) {
  break_manifest("deployment.yaml", "  selector:\n    matchLabels: {app: notes}\n", "");

  EXPECT_THAT(errors_of_broken(), HasSubstr("$.spec: 'selector' is a required property"));
}

TEST_F(KubernetesSchemaTest, RefusesAnUnknownKind) {
  break_manifest("pod_disruption_budget.yaml", "policy/v1", "policy/v2");

  EXPECT_THAT(errors_of_broken(), HasSubstr("no schema for policy/v2 PodDisruptionBudget"));
}

}  // namespace
}  // namespace vitals_test
