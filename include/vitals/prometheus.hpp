#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <chrono>
#include <cstdint>
#include <memory>
#include <prometheus/client_metric.h>
#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>
#include <prometheus/metric_type.h>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <vitals/metric_sink.hpp>
#include <vitals/registry.hpp>

/// Shows a registry among the metrics of a program that uses prometheus-cpp. Uses the including program's prometheus-cpp.
namespace vitals::inline v1 {

namespace detail {

class PrometheusFamilies final : public MetricSink {
 public:
  void begin_family(const MetricFamily& family) override {
    is_counter_ = family.type == MetricType::counter;
    families_.push_back({std::string{family.name},
                         std::string{family.help},
                         is_counter_ ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge,
                         {}});
  }

  void add_sample(std::span<const MetricLabel> labels, MetricValue value) override {
    prometheus::ClientMetric metric;
    metric.label.reserve(labels.size());
    for (const auto& [name, text] : labels) metric.label.push_back({std::string{name}, std::string{text}});
    (is_counter_ ? metric.counter.value : metric.gauge.value) = number(value);
    families_.back().metric.push_back(std::move(metric));
  }

  [[nodiscard]] std::vector<prometheus::MetricFamily> take() && noexcept { return std::move(families_); }

 private:
  static double number(const MetricValue& value) noexcept {
    if (const auto* const seconds = std::get_if<Duration>(&value))
      return std::chrono::duration<double>{*seconds}.count();
    const auto* const count = std::get_if<std::uint64_t>(&value);
    return count != nullptr ? static_cast<double>(*count) : 0;
  }

  std::vector<prometheus::MetricFamily> families_;
  bool is_counter_ = false;
};

class PrometheusSource final : public prometheus::Collectable {
 public:
  explicit PrometheusSource(std::shared_ptr<RegistryState> state) noexcept : state_{std::move(state)} {}

  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override {
    PrometheusFamilies families;
    visit_metrics(*state_, families);
    return std::move(families).take();
  }

 private:
  std::shared_ptr<RegistryState> state_;
};

}  // namespace detail

/// Shows a registry among the metrics of a prometheus::Exposer, as long as the collector exists.
///
/// @code
/// prometheus::Exposer exposer{"0.0.0.0:9100"};
/// const vitals::PrometheusCollector collector{health, exposer};
/// @endcode
///
/// The families are those of metrics_text(). A scrape runs no check and never waits. For a target of your own,
/// collectable() has `Collect()`.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
/// @par Lifetime       May outlive the registry and the exposer. After the registry's end the probes fail, and there
///                     are no checks.
class PrometheusCollector {
 public:
  /// Registers with nothing.
  [[nodiscard]] explicit PrometheusCollector(const HealthRegistry& registry)
      : source_{std::make_shared<detail::PrometheusSource>(detail::state_of(registry))} {}

  /// @param target   A prometheus::Exposer, a prometheus::Gateway, or another class with `RegisterCollectable()`.
  /// @param options  Its further arguments: for an Exposer the path, "/metrics" by default.
  template <class Target, class... Options>
  [[nodiscard]] PrometheusCollector(const HealthRegistry& registry, Target& target, Options&&... options)
      : PrometheusCollector{registry} {
    target.RegisterCollectable(source_, std::forward<Options>(options)...);
  }

  PrometheusCollector(const PrometheusCollector&) = delete;
  PrometheusCollector& operator=(const PrometheusCollector&) = delete;
  PrometheusCollector(PrometheusCollector&&) noexcept = default;
  PrometheusCollector& operator=(PrometheusCollector&&) noexcept = default;
  ~PrometheusCollector() = default;

  [[nodiscard]] const std::shared_ptr<prometheus::Collectable>& collectable() const noexcept { return source_; }

 private:
  std::shared_ptr<prometheus::Collectable> source_;
};

}  // namespace vitals::inline v1

#endif
