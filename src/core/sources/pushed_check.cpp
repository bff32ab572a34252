#include <utility>

#include <vitals/pushed_check.hpp>

#include "core/options.hpp"
#include "core/sources/instant.hpp"

namespace vitals::inline v1 {

PushedCheck::PushedCheck(CheckResult initial, PushedCheckOptions options)
    : source_{std::make_shared<detail::PushedSource>(std::move(initial), detail::valid(options))} {}

void PushedCheck::set(CheckResult result) const { source_->set(std::move(result)); }

CheckResult PushedCheck::get() const { return *source_->get(); }

std::shared_ptr<detail::InstantSource> instant_source(const PushedCheck& check) noexcept { return check.source_; }

}  // namespace vitals::inline v1
