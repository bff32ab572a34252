#include <algorithm>
#include <memory>
#include <ostream>
#include <utility>

#include <vitals/report.hpp>

#include "core/base/show.hpp"

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

std::ostream& operator<<(std::ostream& out, Condition condition) { return out << to_string(condition); }

std::ostream& operator<<(std::ostream& out, const CheckReport& report) {
  out << report.name << ": ";
  return detail::show(out, report.status, report.message, report.data);
}

std::ostream& operator<<(std::ostream& out, const Report& report) {
  out << report.probe() << ": " << report.status();
  if (!report.reason().empty()) out << " \"" << report.reason() << '"';
  for (const auto& check : report.checks()) out << "\n  " << check;
  return out;
}

Report::Report(Data data) : data_{std::make_shared<const Data>(std::move(data))} {}

std::vector<CheckReport> Report::checks() && { return data_->checks; }

const CheckReport* Report::find(Text name) const& noexcept {
  const auto& checks = data_->checks;
  const auto found = std::find_if(checks.begin(), checks.end(),
                                  [&](const auto& check) { return check.name == std::string_view{name}; });
  return found == checks.end() ? nullptr : &*found;
}

}  // namespace vitals::inline v1
