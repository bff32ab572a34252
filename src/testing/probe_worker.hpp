#pragma once

#include <string>

#include <vitals/clock.hpp>
#include <vitals/status.hpp>
#include <vitals/testing/kubelet.hpp>

namespace vitals::inline v1 {
namespace detail {

enum class ProbeResult { unknown, success, failure };

struct ContainerState {
  SteadyTime started_at = {};
  bool started = false;      ///< The startup probe has succeeded, or there is none.
  bool terminating = false;  ///< The pod is being deleted.
};

/// One probe of one container: the kubelet's worker without clock and socket.
///
///     probing --failure_threshold failures (liveness, startup)--> on hold --new container--> probing
///        \--the pod terminates (liveness, startup)--> ended
class ProbeWorker {
 public:
  /// @throws std::invalid_argument  naming the probe and the rule, if the specification is out of range.
  ProbeWorker(Probe probe, HttpGetProbe spec, SteadyTime first_turn);

  [[nodiscard]] SteadyTime next_turn() const noexcept { return next_turn_; }
  /// Call it at next_turn(). Missed turns are skipped.
  /// @returns Whether to probe now.
  [[nodiscard]] bool take_turn(const ContainerState& container, SteadyTime now);
  /// Counts the result of a probe.
  void record(bool success);
  void replace_container() noexcept;

  [[nodiscard]] ProbeResult result() const noexcept { return result_; }
  /// The container must be replaced.
  [[nodiscard]] bool on_hold() const noexcept { return on_hold_; }
  [[nodiscard]] Probe probe() const noexcept { return probe_; }
  [[nodiscard]] const HttpGetProbe& spec() const noexcept { return spec_; }

 private:
  [[nodiscard]] bool replaces_containers() const noexcept { return probe_ != Probe::readiness; }

  Probe probe_;
  HttpGetProbe spec_;
  SteadyTime next_turn_;
  ProbeResult result_;
  ProbeResult last_ = ProbeResult::unknown;
  int in_a_row_ = 0;  // of last_
  bool on_hold_ = false;
  bool ended_ = false;
};

}  // namespace detail
}  // namespace vitals::inline v1
