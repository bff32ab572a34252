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
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

namespace vitals::inline v1 {

namespace test {

/// A probe of a container as its manifest has it, with the defaults of Kubernetes; in whole seconds, as there.
struct HttpGetProbe {
  std::string path = "/";
  /// initialDelaySeconds, from 0 on: no probe before the container is so old.
  std::chrono::seconds initial_delay{0};
  /// timeoutSeconds, from 1 on: an answer that takes so long is a failure. A server answers within the registry's
  /// answer budget, so that only a budget that isn't below the timeout can be too long.
  std::chrono::seconds timeout{1};
  /// periodSeconds, from 1 on.
  std::chrono::seconds period{10};
  /// successThreshold, from 1 on: successes in a row that turn the probe. 1 for liveness and startup.
  int success_threshold = 1;
  /// failureThreshold, from 1 on: failures in a row that turn the probe.
  int failure_threshold = 3;
};

/// livenessProbe, readinessProbe and startupProbe of a container; each may be left out.
struct ContainerProbes {
  std::optional<HttpGetProbe> liveness = std::nullopt;
  std::optional<HttpGetProbe> readiness = std::nullopt;
  std::optional<HttpGetProbe> startup = std::nullopt;
};

/// Something that a Kubelet did or found.
struct KubeletEvent {
  enum class Kind {
    started,    ///< The startup probe has succeeded.
    ready,      ///< The container gets traffic from here on.
    unready,    ///< And from here on not.
    restarted,  ///< The container was killed and replaced.
  };

  /// The time from the construction of the Kubelet.
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

/// The arithmetic of Kubernetes' probes over an Endpoint, on a manual clock: what a deployment would have done.
///
/// @code
/// vitals::test::ManualClock clock;
/// vitals::HealthRegistry health{{.clock = clock}};
/// health.add_liveness_check("loop", vitals::test::ScriptedCheck{}.pass(2).fail("stuck"));
/// vitals::test::Kubelet kubelet{health, clock, {.liveness = vitals::test::HttpGetProbe{.path = "/healthz"}}};
/// kubelet.advance(60s);
/// EXPECT_EQ(kubelet.restarts(), 1);
/// @endcode
///
/// The rules are those of the kubelet's probe worker
/// (https://github.com/kubernetes/kubernetes/blob/v1.30.0/pkg/kubelet/prober/worker.go): results count once they come
/// in a row as the thresholds say; until the first, liveness is good, readiness is not, and startup is open; while
/// startup hasn't succeeded the others don't probe; after liveness or startup has failed nothing of that kind is probed
/// until the container is replaced; a pod that terminates isn't probed for liveness and startup any more.
///
/// A probe waits, as at a server, for the runs that it needs, up to the registry's answer budget: while checks take
/// time (ScriptedCheck::taking) or hang. Nothing else takes time.
///
/// What is simpler than in a cluster: the first probes come at once and not at a random moment of their period;
/// readiness isn't asked at once when the container has started, but at its turn; a container is replaced in no time
/// and without back-off; of checks that aren't asynchronous one runs after another.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
/// @par Lifetime       The registries must outlive it or be replaced by the function that starts containers. They must
///                     go by the given clock and have no Runner and no started server.
class VITALS_EXPORT Kubelet {
 public:
  /// Starts the container: makes the application anew, and says which registry is its.
  using StartContainer = std::function<HealthRegistry&()>;

  /// Probes a registry that stays the same when the container is replaced: a restart that mends nothing.
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

  /// Lets time pass, in steps of at most 100 ms: runs the checks that are due, and probes at each probe's turns, those
  /// of the first and the last moment included. Of one moment liveness is first, then startup, then readiness. A probe
  /// that still waits for checks at the end has its answer in the next call.
  ///
  /// @throws std::invalid_argument  if the duration is negative, or if the registry goes by another clock or has a
  ///                                Runner.
  void advance(Duration duration);

  /// The process has ended by itself: the container is replaced, in no time and without back-off, unless the pod
  /// terminates.
  void crash();

  /// The pod is being deleted: liveness and startup aren't probed any more, readiness is. That the application gets a
  /// SIGTERM at the same time is the test's part: HealthRegistry::begin_shutdown().
  void terminate();

  /// Whether the startup probe has succeeded; without one, always.
  [[nodiscard]] bool started() const noexcept;
  /// Whether the container would get traffic: it has started, and readiness is good or isn't probed.
  [[nodiscard]] bool ready() const noexcept;
  [[nodiscard]] int restarts() const noexcept;
  /// When the last restart was, from the construction on; none if there was none.
  [[nodiscard]] std::optional<Duration> restarted_at() const noexcept;
  /// Everything that happened, in its order.
  [[nodiscard]] const std::vector<KubeletEvent>& events() const noexcept;

 private:
  class Pod;

  std::unique_ptr<Pod> pod_;
};

}  // namespace test
}  // namespace vitals::inline v1

#endif
