// A real Exposer of prometheus-cpp, with metrics of its own beside ours.

#include <memory>
#include <optional>
#include <prometheus/exposer.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/prometheus.hpp>
#include <vitals/registry.hpp>

#include "support/http_client.hpp"

namespace vitals_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(PrometheusExposerTest, ServesARegistryBesideOtherMetricsWhileTheCollectorExists) {
  prometheus::Exposer exposer{"127.0.0.1:0", 1};
  const auto port = static_cast<std::uint16_t>(exposer.GetListeningPorts().at(0));
  const auto own = std::make_shared<prometheus::Registry>();
  prometheus::BuildGauge().Name("own_depth").Register(*own).Add({}).Set(12);
  exposer.RegisterCollectable(own);
  vitals::HealthRegistry health;
  health.add_readiness_check("database", [] { return true; });

  std::optional<vitals::PrometheusCollector> collector{std::in_place, health, exposer};
  EXPECT_THAT(
      http_get(port, "/metrics").body,
      AllOf(HasSubstr("own_depth 12\n"), HasSubstr("\nvitals_check_up{probe=\"readiness\",check=\"database\"} 0\n")));

  collector.reset();
  EXPECT_THAT(http_get(port, "/metrics").body, AllOf(HasSubstr("own_depth 12\n"), Not(HasSubstr("vitals_"))));
}

}  // namespace
}  // namespace vitals_test
