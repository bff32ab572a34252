#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include <vitals/clock.hpp>
#include <vitals/export.hpp>
#include <vitals/http_route.hpp>
#include <vitals/registry.hpp>
#include <vitals/report.hpp>
#include <vitals/status.hpp>

/// Answers about health in a format of your own.
namespace vitals::inline v1 {

namespace detail {
struct View;
}

/// The answer of a renderer.
struct Rendered {
  std::string media_type = "text/plain; charset=utf-8";
  std::string body = {};
  /// 200 to 599, but not 204, 205 and 304; 0: 200, or 503 if the view's status is fail.
  int status = 0;
};

/// How many checks of a probe count as what.
struct CheckCounts {
  std::size_t passing = 0;
  std::size_t degraded = 0;
  std::size_t failing = 0;
};

/// What a renderer sees: the state of health at one moment, without what the caller may not see. For callers
/// without details a check has no data, and its message is empty unless it is the library's own. Reports have no checks
/// for callers that may not see names.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
/// @par Lifetime       Valid during the call of the renderer.
class VITALS_EXPORT HealthView {
 public:
  explicit HealthView(const detail::View& view) noexcept : view_{&view} {}

  /// The worst status of the probes that the route is about.
  [[nodiscard]] Status status() const noexcept;
  /// @throws std::out_of_range  if the route isn't about this probe.
  [[nodiscard]] const Report& report(Probe probe) const;
  /// The same for callers that may not see names.
  [[nodiscard]] const CheckCounts& counts(Probe probe) const noexcept;
  [[nodiscard]] bool shows_names() const noexcept;
  [[nodiscard]] bool shows_details() const noexcept;
  /// Empty for callers without details.
  [[nodiscard]] const ServiceInfo& service() const noexcept;
  /// "starting", "serving" or "draining", and since when.
  [[nodiscard]] std::string_view phase() const noexcept;
  [[nodiscard]] WallTime phase_since() const noexcept;

 private:
  const detail::View* view_;
};

/// A pure function of the view: its answer is sent again while the view stays the same.
using Renderer = std::function<Rendered(const HealthView&)>;

/// A route whose body a function of yours writes from the state of a probe's checks.
///
/// @code
/// const auto nagios = vitals::rendered("/nagios", vitals::Probe::readiness, [](const vitals::HealthView& view) {
///   return vitals::Rendered{.body = nagios_line(view.report(vitals::Probe::readiness))};
/// });
/// vitals::HealthServer server{health, {.endpoint = {.routes = {nagios}}}};
/// @endcode
///
/// A request first waits for the runs that the probe needs, for at most 4/5 of its time. The renderer is called as the
/// handler of an HttpRoute is, with the same limits and errors.
///
/// @throws std::invalid_argument  if `renderer` is empty.
[[nodiscard]] VITALS_EXPORT HttpRoute rendered(Text path, Probe probe, Renderer renderer,
                                               HttpRouteOptions options = {});
/// The same about all three probes.
[[nodiscard]] VITALS_EXPORT HttpRoute rendered(Text path, Renderer renderer, HttpRouteOptions options = {});

}  // namespace vitals::inline v1

#endif
