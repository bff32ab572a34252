#include "lifecycle/lifecycle_options.hpp"

#include <chrono>
#include <string>

#include "core/base/validator.hpp"

namespace vitals::inline v1 {
namespace detail {

using namespace std::chrono_literals;

Duration time_to_end(const LifecycleOptions& options) noexcept { return options.grace_period - 5s; }

std::string in_grace_period(const LifecycleOptions& options) {
  return "a grace_period of " + spoken(options.grace_period) + " leaves " + spoken(time_to_end(options));
}

LifecycleOptions valid(LifecycleOptions options, Duration shutdown_limit) {
  const Validator validator{"LifecycleOptions"};
  validator.in_range("grace_period", options.grace_period, 6s, 1h);
  if (time_to_end(options) > shutdown_limit)
    validator.refuse("grace_period", "is too long: it leaves " + spoken(time_to_end(options)) +
                                         ", which exceeds the registry's shutdown_limit of " + spoken(shutdown_limit) +
                                         ", after which liveness fails");
  if (options.propagation_delay > time_to_end(options))
    validator.refuse("propagation_delay",
                     "of " + spoken(options.propagation_delay) + " doesn't fit: " + in_grace_period(options));
  validator.in_range("propagation_delay", options.propagation_delay, 0s, time_to_end(options));
  return options;
}

}  // namespace detail
}  // namespace vitals::inline v1
