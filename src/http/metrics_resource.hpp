#pragma once

#include <functional>
#include <string>
#include <utility>

#include "http/resource.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The metrics of a registry, as Prometheus scrapes them. A scrape runs no check.
class MetricsResource final : public Resource {
 public:
  /// @param more  Appends metrics of who serves it; may be empty.
  explicit MetricsResource(std::function<void(std::string&)> more = {}) : more_{std::move(more)} {}

  [[nodiscard]] ProbeSet needs() const noexcept override { return {}; }
  [[nodiscard]] ProbeSet shows() const noexcept override { return ProbeSet::all(); }
  [[nodiscard]] Sight finest() const noexcept override { return Sight::names; }
  [[nodiscard]] bool may_lag() const noexcept override { return true; }
  [[nodiscard]] Rendered write(const View& view, const Question& question) const override;
  [[nodiscard]] std::string prefix(RegistryState& state) const override;

 private:
  std::function<void(std::string&)> more_;
};

}  // namespace detail
}  // namespace vitals::inline v1
