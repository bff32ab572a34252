#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include <vitals/clock.hpp>
#include <vitals/export.hpp>

/// What <vitals/prometheus.hpp> needs of the library; no part of its interface.
namespace vitals::inline v1 {
namespace detail {

struct RegistryState;

enum class MetricType { counter, gauge };

struct MetricFamily {
  std::string_view name;
  std::string_view help;
  MetricType type = MetricType::gauge;
};

struct MetricLabel {
  std::string_view name;
  std::string_view value;
};

/// A number of things, or of seconds. Exact, as a double isn't.
using MetricValue = std::variant<std::uint64_t, Duration>;

/// Receives each family once, followed by all its samples. Views are valid during the call; those of a family as long
/// as the program runs.
class VITALS_EXPORT MetricSink {
 public:
  virtual void begin_family(const MetricFamily& family) = 0;
  virtual void add_sample(std::span<const MetricLabel> labels, MetricValue value) = 0;

 protected:
  ~MetricSink() = default;
};

/// All families of a registry, with the names of its checks. Runs no check and never waits.
VITALS_EXPORT void visit_metrics(RegistryState& state, MetricSink& sink);

}  // namespace detail
}  // namespace vitals::inline v1

#endif
