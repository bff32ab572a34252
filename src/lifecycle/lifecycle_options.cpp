#include "lifecycle/lifecycle_options.hpp"

#include <chrono>

#include "core/base/validator.hpp"

namespace vitals::inline v1 {
namespace detail {

using namespace std::chrono_literals;

LifecycleOptions valid(LifecycleOptions options, Duration shutdown_limit) {
  const Validator validator{"LifecycleOptions"};
  validator.in_range("deadline", options.deadline, 1s, 1h);
  if (options.deadline > shutdown_limit)
    validator.refuse("deadline", "of " + spoken(options.deadline) + " exceeds the registry's shutdown_limit of " +
                                     spoken(shutdown_limit) + ", after which liveness fails");
  validator.in_range("propagation_delay", options.propagation_delay, 0s, options.deadline);
  return options;
}

}  // namespace detail
}  // namespace vitals::inline v1
