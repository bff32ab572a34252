#include <utility>

#include <vitals/status_flag.hpp>

#include "core/options.hpp"
#include "core/sources/instant.hpp"

namespace vitals::inline v1 {

StatusFlag::StatusFlag(CheckResult initial, StatusFlagOptions options)
    : source_{std::make_shared<detail::FlagSource>(std::move(initial), detail::valid(options))} {}

void StatusFlag::set(CheckResult result) const { source_->set(std::move(result)); }

CheckResult StatusFlag::get() const { return source_->get(); }

std::shared_ptr<detail::InstantSource> instant_source(const StatusFlag& flag) noexcept { return flag.source_; }

}  // namespace vitals::inline v1
