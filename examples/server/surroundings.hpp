#pragma once

#include <vitals/registry.hpp>

#include "options.hpp"

namespace notes {

/// Adds checks of what this service has around it. They are on /health and in metrics, and none of them makes the
/// service unready: another replica would fare no better, and it works without them, if worse.
///
/// @throws UsageError  if a URL is wrong.
void watch_surroundings(const Options& options, vitals::HealthRegistry& health);

}  // namespace notes
