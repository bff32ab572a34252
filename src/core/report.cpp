#include <algorithm>
#include <memory>
#include <utility>

#include <vitals/report.hpp>

namespace vitals::inline v1 {

std::string_view to_string(Condition condition) noexcept {
  switch (condition) {
    case Condition::fresh: return "fresh";
    case Condition::running: return "running";
    case Condition::overdue: return "overdue";
    case Condition::not_checked_yet: return "not checked yet";
    case Condition::stale: return "stale";
  }
  return "unknown";
}

Report::Report(Data data) : data_{std::make_shared<const Data>(std::move(data))} {}

std::vector<CheckReport> Report::checks() && { return data_->checks; }

const CheckReport* Report::find(Text name) const& noexcept {
  const auto& checks = data_->checks;
  const auto found = std::find_if(checks.begin(), checks.end(),
                                  [&](const auto& check) { return check.name == std::string_view{name}; });
  return found == checks.end() ? nullptr : &*found;
}

std::optional<CheckReport> Report::find(Text name) && {
  const auto* check = static_cast<const Report&>(*this).find(name);
  return check ? std::optional{*check} : std::nullopt;
}

}  // namespace vitals::inline v1
