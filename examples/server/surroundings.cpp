#include "surroundings.hpp"

#include <chrono>
#include <stdexcept>
#include <string>

#include <vitals/checks/descriptors.hpp>
#include <vitals/checks/disk_space.hpp>
#include <vitals/checks/http.hpp>
#include <vitals/checks/memory.hpp>
#include <vitals/checks/redis.hpp>

namespace notes {

using namespace std::chrono_literals;
namespace checks = vitals::checks;

void watch_surroundings(const Options& options, vitals::HealthRegistry& health) {
  const vitals::CheckOptions watched{.schedule = vitals::every(10s), .critical = false};
  health.add_readiness_check("disk", checks::DiskSpace{"."}, watched);
  health.add_readiness_check("memory", checks::Memory{}, watched);
  health.add_readiness_check("descriptors", checks::Descriptors{}, watched);
  try {
    if (!options.redis.empty()) health.add_readiness_check("redis", checks::Redis{options.redis}, watched);
    if (!options.upstream.empty()) health.add_readiness_check("upstream", checks::Http{options.upstream}, watched);
  } catch (const std::invalid_argument& error) {
    throw UsageError{std::string{"a wrong URL: "} + error.what()};
  }
}

}  // namespace notes
