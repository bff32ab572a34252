#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <vitals/check.hpp>
#include <vitals/clock.hpp>
#include <vitals/export.hpp>
#include <vitals/handles.hpp>
#include <vitals/health_event.hpp>
#include <vitals/heartbeat.hpp>
#include <vitals/heartbeat_group.hpp>
#include <vitals/report.hpp>
#include <vitals/status.hpp>
#include <vitals/status_flag.hpp>
#include <vitals/text.hpp>

namespace vitals::inline v1 {

class HealthRegistry;

namespace detail {
VITALS_EXPORT std::shared_ptr<RegistryState> state_of(const HealthRegistry& registry) noexcept;
}

/// Whose health it is: shown on `/health` to those who may see details.
struct ServiceInfo {
  std::string name = {};  ///< At most 256 bytes; empty: not shown. The same goes for the version.
  std::string version = {};
};

struct RegistryOptions {
  /// How long a probe's answer may take, 10 ms to 60 s; its last fifteenth is for writing and sending it, and no run is
  /// waited for any more. Below the prober's own timeout, which for the kubelet is 1 s by default.
  Duration answer_budget = std::chrono::milliseconds{750};
  /// How long from construction a startup that hasn't succeeded shields liveness, 1 s to 24 h.
  Duration startup_deadline = std::chrono::minutes{10};
  /// How long after begin_shutdown() liveness stays what it was, 1 s to 24 h.
  Duration shutdown_limit = std::chrono::minutes{5};
  /// For example `{.name = "notes", .version = "1.4.2"}`.
  ServiceInfo service = {};
  /// Where time comes from; by default the system.
  Clock clock = {};
};

/// What is true of a service: its checks, their results, and the three probes that they amount to.
///
/// @code
/// vitals::HealthRegistry health;
/// health.add_readiness_check("database", [&] { return db.ping(); });
///
/// vitals::HealthServer server{health, {.port = 8080}};
/// server.start();
/// @endcode
///
/// The registry has no thread of its own; a Runner (a HealthServer has one) runs the checks. Neither copyable nor
/// movable.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe, also from inside a check or a listener.
/// @par Lifetime       Handles, subscriptions, flags and heartbeats may outlive it; a Runner, an Endpoint and a server
///                     keep what they need of it alive. The destructor asks runs under way to stop and waits at most
///                     1 s for them; a check that takes longer is abandoned, and what it refers to must then outlive
///                     it.
class VITALS_EXPORT HealthRegistry {
 public:
  /// @throws std::invalid_argument  if an option is out of range.
  explicit HealthRegistry(RegistryOptions options = {});
  HealthRegistry(const HealthRegistry&) = delete;
  HealthRegistry& operator=(const HealthRegistry&) = delete;
  ~HealthRegistry();

  /// Registers a check that decides whether this process must be restarted.
  ///
  /// Never a check of another system: its outage would restart every replica. Those that are known to be one
  /// (is_remote_check) don't compile here; what any other callable asks is yours to see to. Until its first result it
  /// passes, but no longer than its stale bound.
  ///
  /// @param name     1 to 64 characters from [a-z0-9._-], starting with [a-z0-9]; unique in the registry.
  /// @param check    A callable (see CheckCallable), a Heartbeat, a HeartbeatGroup or a StatusFlag. A callable is
  /// called
  ///                 from a Runner thread, never concurrently with itself.
  /// @param options  See CheckOptions for units and ranges. A check that isn't called takes only `critical` and
  ///                 `last_known_good_for`.
  /// @returns A handle; discarding it leaves the check registered for the registry's lifetime.
  ///
  /// @throws std::invalid_argument  if the name is taken or malformed, the callable is a null pointer or an empty
  ///                                std::function, or an option is out of range.
  /// @par Thread safety     Shared objects: safe, also from inside a running check.
  /// @par Exception safety  Strong.
  /// @par Lifetime          Whatever `check` captures must live until the check is removed (see ScopedCheck).
  template <class Check>
  CheckHandle add_liveness_check(Text name, Check&& check, const CheckOptions& options = {}) {
    static_assert(!is_remote_check<std::decay_t<Check>>::value,
                  "vitals: a check of a remote dependency can't be a liveness check: its outage would restart every "
                  "replica. Use add_readiness_check.");
    return add(Probe::liveness, name, std::forward<Check>(check), options);
  }

  /// Registers a check that decides whether this instance should receive traffic.
  ///
  /// The first run starts as soon as there is a Runner; until it ends the check reports "not checked yet" and counts as
  /// failing. Otherwise as add_liveness_check().
  template <class Check>
  CheckHandle add_readiness_check(Text name, Check&& check, const CheckOptions& options = {}) {
    return add(Probe::readiness, name, std::forward<Check>(check), options);
  }

  /// Registers a check that decides whether this instance has finished starting.
  ///
  /// Until the startup probe first isn't fail, readiness fails ("starting") and failing liveness checks don't count;
  /// from then on the startup checks don't run any more. Otherwise as add_liveness_check().
  ///
  /// @throws std::invalid_argument  also if the startup probe has already succeeded.
  template <class Check>
  CheckHandle add_startup_check(Text name, Check&& check, const CheckOptions& options = {}) {
    return add(Probe::startup, name, std::forward<Check>(check), options);
  }

  /// What is known about a probe now. Runs no check and never waits.
  [[nodiscard]] Report report(Probe probe) const;

  /// Tells `listener` of each transition of a check or a probe, beginning with the present state of each probe.
  ///
  /// One delivery at a time, in one order for all listeners, on a Runner's thread that runs no check; without a Runner,
  /// in run_due(). The present state comes with the first Runner or run_due(). A listener that hangs delays the
  /// listeners and nothing else: what it misses is folded to the latest state.
  ///
  /// @throws std::invalid_argument  if `listener` is empty.
  Subscription on_change(HealthListener listener);

  /// Makes readiness fail, now and for good; liveness and startup stay what they are. No check is started any more.
  /// From here on each answer of a HealthServer or a HostedServer asks its peer to close the connection.
  ///
  /// After `shutdown_limit` liveness fails ("shutdown overran"). The first call counts, later ones are ignored.
  /// Not to be called from a signal handler.
  ///
  /// @param reason  Appears in the report, in the event, and in answers that may show details.
  void begin_shutdown(Text reason);

  /// Runs the checks that are due and delivers the events, on the calling thread and by the registry's clock, and waits
  /// for nothing: for tests, and for programs that want no thread. Not inside a check or a listener, where it does
  /// nothing.
  ///
  /// @returns How many runs it started.
  std::size_t run_due();

 private:
  friend std::shared_ptr<detail::RegistryState> detail::state_of(const HealthRegistry& registry) noexcept;

  template <class Check>
  CheckHandle add(Probe probe, std::string_view name, Check&& check, const CheckOptions& options) {
    if constexpr (requires { instant_source(check); })
      return add_instant(probe, name, instant_source(check), options);
    else
      return add_scheduled(probe, name, detail::make_check_body(std::forward<Check>(check)), options);
  }
  CheckHandle add_instant(Probe probe, std::string_view name, std::shared_ptr<detail::InstantSource> source,
                          const CheckOptions& options);
  CheckHandle add_scheduled(Probe probe, std::string_view name, std::shared_ptr<detail::CheckBody> body,
                            const CheckOptions& options);

  std::shared_ptr<detail::RegistryState> state_;
};

}  // namespace vitals::inline v1

#endif
