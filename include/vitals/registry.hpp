#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
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
#include <vitals/pushed_check.hpp>
#include <vitals/report.hpp>
#include <vitals/service_info.hpp>
#include <vitals/status.hpp>
#include <vitals/text.hpp>

namespace vitals::inline v1 {

class HealthRegistry;

namespace detail {
VITALS_EXPORT std::shared_ptr<RegistryState> state_of(const HealthRegistry& registry) noexcept;
}

/// Limits of a registry, and its clock.
///
/// @code
/// vitals::HealthRegistry health{{.answer_budget = 500ms, .startup_limit = 2min}};
/// @endcode
struct RegistryOptions {
  /// How long a probe's answer may take, 10 ms to 60 s. The last 1/15 is reserved for writing the answer; checks are
  /// not waited for beyond it. Must be shorter than the prober's timeout: the kubelet's is 1 s by default.
  Duration answer_budget = std::chrono::milliseconds{750};
  /// How long after construction an unfinished startup keeps failing liveness checks from counting, 1 s to 24 h.
  Duration startup_limit = std::chrono::minutes{10};
  /// How long after begin_shutdown() liveness stays as it was, 1 s to 24 h; then it fails. So does readiness if
  /// LifecycleOptions::keep_readiness_while_draining is set.
  Duration shutdown_limit = std::chrono::minutes{5};
  /// For example `{.name = "notes", .version = "1.4.2"}`.
  ServiceInfo service = {};
  /// The source of time; by default the system.
  Clock clock = {};
  /// Removes what must not be shown from texts of checks and of the application; empty: nothing more than the library
  /// removes by itself (see CheckResult). Messages, text data, texts of exceptions and the reason of a shutdown pass it
  /// before anybody sees them, but names of threads and of a HeartbeatGroup's workers don't.
  ///
  /// @code
  /// vitals::HealthRegistry health{{.redact = [](std::string_view text) { return without_card_numbers(text); }}};
  /// @endcode
  ///
  /// Called with one text that is safe to show and not empty, after a cut to 1 KiB; what it returns is made safe and
  /// cut, too. If it throws, the text is "text withheld: redact threw". Called from several threads at once: a Runner's
  /// thread when a check returns, the thread that completes a check, calls set() of a PushedCheck, registers one or
  /// begins the shutdown, and the thread of a Lifecycle's callback that throws. It may call the registry. Its time
  /// counts as the check's. What it captures must live as long as the registry, and as a set() or a completion that
  /// is in progress when the registry ends.
  std::function<std::string(std::string_view)> redact = {};
};

/// The checks of a service, their results, and the three probes that follow from them.
///
/// @code
/// vitals::HealthRegistry health;
/// health.add_readiness_check("database", [&] { return db.ping(); });
///
/// vitals::HealthServer server{health, {.port = 8080}};
/// server.start();
/// @endcode
///
/// The registry has no thread; a Runner or a server runs the checks. Neither copyable nor movable.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe, also from inside a check or a listener.
/// @par Lifetime       Handles, subscriptions, pushed checks, heartbeats, Runners, Endpoints and servers may outlive
///                     it. The destructor requests stop of runs under way and waits at most 1 s for them. A check that
///                     takes longer is abandoned: what it captures must outlive it.
class VITALS_EXPORT HealthRegistry {
 public:
  /// @throws std::invalid_argument  naming the option and its range, if one is out of range.
  explicit HealthRegistry(RegistryOptions options = {});  // no match? Name it: RegistryOptions{...}
  HealthRegistry(const HealthRegistry&) = delete;
  HealthRegistry& operator=(const HealthRegistry&) = delete;
  ~HealthRegistry();

  /// Registers a check that decides whether this instance should receive traffic.
  ///
  /// @code
  /// health.add_readiness_check("database", [&] { return db.ping(); });
  /// health.add_readiness_check("queue", [&](const vitals::CheckContext& run) { return queue.ping(run.remaining()); },
  ///                            {.timeout = 300ms, .schedule = vitals::every(5s), .failure_threshold = 3});
  /// @endcode
  ///
  /// The check runs as soon as there is a Runner. Until its first result it reports "not checked yet" and fails.
  ///
  /// @param name     1 to 64 characters from [a-z0-9._-], starting with [a-z0-9]; unique in the registry. Appears in
  ///                 reports and in `/ready/<name>`.
  /// @param check    A callable: `f()` or `f(const CheckContext&)` returning bool, std::error_code, CheckResult or
  ///                 nothing, or `f(const CheckContext&, CheckCompletion)`. Or a Heartbeat, a HeartbeatGroup or a
  ///                 PushedCheck. A callable is called on a Runner's thread, never twice at once; an exception fails.
  /// @param options  CheckOptions has units and ranges. Checks that aren't called take only `critical` and
  ///                 `last_known_good_for`.
  /// @returns A handle; discarding it leaves the check registered for the registry's lifetime.
  ///
  /// @throws std::invalid_argument  naming the check and the rule: the name is taken or malformed, the callable is a
  ///                                null pointer or an empty std::function, or an option is out of range.
  /// @par Thread safety     Shared objects: safe, also from inside a running check.
  /// @par Exception safety  Strong.
  /// @par Lifetime          Everything that `check` captures must live until the check is removed: see ScopedCheck.
  template <class Check>
  CheckHandle add_readiness_check(Text name, Check&& check,  // no match? Name it: CheckOptions{...}
                                  const CheckOptions& options = {}) {
    return add(Probe::readiness, name, std::forward<Check>(check), options);
  }

  /// Registers a check that decides whether this process must be restarted.
  ///
  /// @code
  /// vitals::Heartbeat beat{5s};
  /// health.add_liveness_check("feed-loop", beat);
  /// @endcode
  ///
  /// Never check another system here: its outage would restart every replica. Checks that are known to do so
  /// (is_remote_check) don't compile. Until its first result the check passes, but no longer than its stale bound.
  /// Parameters, exceptions and lifetime as for add_readiness_check().
  template <class Check>
  CheckHandle add_liveness_check(Text name, Check&& check,  // no match? Name it: CheckOptions{...}
                                 const CheckOptions& options = {}) {
    static_assert(!is_remote_check<std::decay_t<Check>>::value,
                  "vitals: a check of a remote dependency can't be a liveness check: its outage would restart every "
                  "replica. Use add_readiness_check.");
    return add(Probe::liveness, name, std::forward<Check>(check), options);
  }

  /// Registers a check that decides whether this instance has finished starting.
  ///
  /// @code
  /// vitals::PushedCheck migration{false};
  /// health.add_startup_check("migration", migration);
  /// migration.set(true);
  /// @endcode
  ///
  /// Until all startup checks pass or warn, readiness fails ("starting") and failing liveness checks don't count. Then
  /// startup has succeeded for good, and its checks no longer run. Parameters, exceptions and lifetime as for
  /// add_readiness_check().
  ///
  /// @throws std::invalid_argument  also if startup has already succeeded.
  template <class Check>
  CheckHandle add_startup_check(Text name, Check&& check,  // no match? Name it: CheckOptions{...}
                                const CheckOptions& options = {}) {
    return add(Probe::startup, name, std::forward<Check>(check), options);
  }

  /// What is known about a probe now. Runs no check and never waits.
  /// @code
  /// const bool ready = health.report(vitals::Probe::readiness).status() != vitals::Status::fail;
  /// @endcode
  [[nodiscard]] Report report(Probe probe) const;

  /// What is known about one check now, whichever probe it belongs to. Runs no check and never waits.
  /// @code
  /// std::cout << health.report("database").message;
  /// @endcode
  /// @throws std::out_of_range  naming the check, if there is none of that name, or if it was added after
  ///                            begin_shutdown(): reports are frozen then.
  [[nodiscard]] CheckReport report(Text name) const;

  /// Calls `listener` for each transition of a check or a probe, starting with the present state of each probe.
  ///
  /// @code
  /// auto subscription = health.on_change(vitals::log_changes(std::clog));
  /// @endcode
  ///
  /// One call at a time, in one order for all listeners, on a Runner's thread that runs no check; without a Runner,
  /// inside run_due(). A listener that hangs delays only listeners: the events that it misses are merged into the
  /// latest state.
  ///
  /// @returns The subscription; destroying it ends the calls.
  /// @throws std::invalid_argument  if `listener` is empty.
  Subscription on_change(HealthListener listener);

  /// Makes readiness fail, now and for good; liveness and startup stay as they are. No check starts any more. From now
  /// on the answers of HealthServer and HostedServer carry `Connection: close`.
  ///
  /// After `shutdown_limit` liveness fails too ("shutdown overran"). Later calls are ignored. Not callable from a
  /// signal handler. To stop a service, use a Lifecycle, which calls this.
  ///
  /// @param reason  Appears in the report, the event, and answers that show details; redacted as a check's message is.
  void begin_shutdown(Text reason);

  /// Runs the checks that are due and delivers the events, on the calling thread and by the registry's clock; never
  /// waits. For tests, and for programs without threads. Does nothing inside a check or a listener.
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
