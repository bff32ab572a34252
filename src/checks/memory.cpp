#include <utility>

#include <vitals/checks/memory.hpp>

#include "checks/amounts.hpp"
#include "checks/cgroup_memory.hpp"

namespace vitals::inline v1 {
namespace checks {

Memory::Memory(MemoryOptions options) : options_{std::move(options)} {
  detail::require_order("Memory", options_.warn_at, options_.fail_at);
  if (!options_.root.ends_with('/')) options_.root += '/';
}

CheckResult Memory::operator()() const {
  const auto use = detail::memory_use(options_.root);
  if (!use) return CheckResult::fail("the memory in use can't be read below " + options_.root);
  const auto message = detail::spoken(use->working_set) + " of " + detail::spoken(use->limit) +
                       (use->of_machine ? " of this machine in use" : " in use");
  auto result =
      detail::judged(detail::share_of(use->working_set, use->limit), options_.warn_at, options_.fail_at, message)
          .with("working_set", use->working_set.count)
          .with("limit", use->limit.count);
  if (use->stalled) result.with("stalled", *use->stalled);
  return result;
}

}  // namespace checks
}  // namespace vitals::inline v1
