#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <chrono>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/clock.hpp>
#include <vitals/endpoint.hpp>
#include <vitals/export.hpp>
#include <vitals/kubernetes.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

namespace vitals::inline v1 {

namespace test {

/// A step of a container's life, as a Kubelet sees it.
struct KubeletEvent {
  enum class Kind {
    started,    ///< The startup probe has succeeded.
    ready,      ///< The container gets traffic.
    unready,    ///< The container gets no more traffic.
    restarted,  ///< The container was killed and replaced.
  };

  /// Time since the construction of the Kubelet.
  Duration at = Duration::zero();
  Kind kind = Kind::started;
  /// Which probe, and what it saw.
  std::string message = {};

  friend bool operator==(const KubeletEvent& a, const KubeletEvent& b) noexcept = default;
};

/// "started", "ready", "unready" or "restarted".
[[nodiscard]] VITALS_EXPORT std::string_view to_string(KubeletEvent::Kind kind) noexcept;
VITALS_EXPORT std::ostream& operator<<(std::ostream& out, KubeletEvent::Kind kind);
/// As in "30.000 s: restarted (liveness: status 503, 3 in a row)".
VITALS_EXPORT std::ostream& operator<<(std::ostream& out, const KubeletEvent& event);

/// Probes an Endpoint as Kubernetes would, on a manual clock: shows what a deployment would have done.
///
/// @code
/// vitals::test::ManualClock clock;
/// vitals::HealthRegistry health{{.clock = clock}};
/// health.add_liveness_check("loop", vitals::test::ScriptedCheck{}.pass(2).fail("stuck"));
/// vitals::test::Kubelet kubelet{health, clock, {.liveness = vitals::HttpGetProbe{.path = "/healthz"}}};
/// kubelet.advance(60s);
/// EXPECT_EQ(kubelet.restarts(), 1);
/// @endcode
///
/// The rules are those of the kubelet's probe worker
/// (https://github.com/kubernetes/kubernetes/blob/v1.30.0/pkg/kubelet/prober/worker.go): results count once the
/// threshold is reached in a row. Until the first result liveness is good, readiness isn't, and startup is open. Until
/// startup succeeds the others don't probe. After liveness or startup has failed, it isn't probed again until the
/// container is replaced. In a terminating pod only readiness is probed.
///
/// As at a server, a probe waits for the runs that it needs, up to the registry's answer budget: while checks take time
/// (ScriptedCheck::taking) or hang. Nothing else takes time.
///
/// Simpler than in a cluster: the first probes come at once instead of at a random moment of their period. Readiness is
/// probed at its turn, not right after startup. A container is replaced in no time, without back-off. Checks that
/// aren't asynchronous run one after another.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
/// @par Lifetime       The registries must outlive it, or be replaced by the function that starts containers. They must
///                     use the given clock, and have no Runner and no started server.
class VITALS_EXPORT Kubelet {
 public:
  /// Starts the container: makes a new application, and returns its registry.
  using StartContainer = std::function<HealthRegistry&()>;

  /// Probes a registry that stays the same when the container is replaced: a restart that repairs nothing.
  ///
  /// @throws std::invalid_argument  naming the probe and the rule, if a probe is out of range; if the registry goes by
  ///                                another clock or has a Runner.
  Kubelet(HealthRegistry& registry, ManualClock clock, ContainerProbes probes, EndpointOptions options = {});

  /// Probes the registry of the application that `start` makes, now and at each restart:
  /// @code
  /// std::optional<Application> application;
  /// Kubelet kubelet{[&]() -> vitals::HealthRegistry& { return application.emplace(clock).health; }, clock, probes};
  /// @endcode
  ///
  /// @throws std::invalid_argument  naming the probe and the rule, if a probe is out of range; if the registry goes by
  ///                                another clock or has a Runner; if `start` is empty.
  Kubelet(StartContainer start, ManualClock clock, ContainerProbes probes, EndpointOptions options = {});
  Kubelet(const Kubelet&) = delete;
  Kubelet& operator=(const Kubelet&) = delete;
  ~Kubelet();

  /// Lets time pass in steps of at most 100 ms: runs the checks that are due, and probes at each probe's turns,
  /// including those of the first and the last moment. At the same moment liveness is first, then startup, then
  /// readiness. A probe that still waits for checks at the end gets its answer in the next call.
  ///
  /// @throws std::invalid_argument  if the duration is negative, or if the registry goes by another clock or has a
  ///                                Runner.
  void advance(Duration duration);

  /// The process ends by itself: the container is replaced at once, unless the pod is terminating.
  void crash();

  /// The pod is being deleted: from now on only readiness is probed. The test itself plays the SIGTERM that the
  /// application gets at the same time: HealthRegistry::begin_shutdown().
  void terminate();

  /// Whether the startup probe has succeeded; without one, always.
  [[nodiscard]] bool started() const noexcept;
  /// Whether the container would get traffic: it has started, and readiness is good or isn't probed.
  [[nodiscard]] bool ready() const noexcept;
  [[nodiscard]] int restarts() const noexcept;
  /// When the last restart was, since the construction; nullopt if there was none.
  [[nodiscard]] std::optional<Duration> restarted_at() const noexcept;
  /// Everything that happened, in order.
  [[nodiscard]] const std::vector<KubeletEvent>& events() const noexcept;

 private:
  class Pod;

  std::unique_ptr<Pod> pod_;
};

}  // namespace test
}  // namespace vitals::inline v1

#endif
