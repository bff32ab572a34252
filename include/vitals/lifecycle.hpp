#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <chrono>
#include <csignal>  // for the numbers in LifecycleOptions::stop_signals
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <vitals/callable.hpp>
#include <vitals/clock.hpp>
#include <vitals/export.hpp>
#include <vitals/log.hpp>
#include <vitals/text.hpp>

namespace vitals::inline v1 {

class HealthRegistry;
class HealthServer;
class HostedServer;

namespace detail {

class LifecycleCore;
class WorkCount;

/// What a Lifecycle does with its server; empty functions where it has none, or can only stop it.
struct ServerCalls {
  std::function<void()> stop = {};
  std::function<void()> start = {};
  std::function<std::uint16_t()> port = {};  ///< 0 while it isn't running.
};

template <class Server>
ServerCalls calls_of(Server& server) {
  ServerCalls calls{.stop = [&server] { server.stop(); }};
  if constexpr (std::is_base_of_v<HealthServer, Server> || std::is_base_of_v<HostedServer, Server>) {
    calls.start = [&server] { server.start(); };
    calls.port = [&server] { return server.port(); };
  }
  return calls;
}

}  // namespace detail

/// Where a service is between its start and its end; a service passes through the states in this order.
enum class LifecycleState {
  serving,    ///< No shutdown has been requested. Includes the start.
  draining,   ///< Readiness fails, so that load balancers notice; new work is still accepted.
  finishing,  ///< The on_stop_accepting callbacks run; then new work is refused, and work in flight ends.
  stopping,   ///< The on_stop callbacks run.
  stopped,
};

/// "serving", "draining", "finishing", "stopping" or "stopped".
[[nodiscard]] VITALS_EXPORT std::string_view to_string(LifecycleState state) noexcept;

/// A step of a service's end, as passed to LifecycleOptions::on_event: the state has changed, or a callback has ended.
struct LifecycleEvent {
  LifecycleState from = LifecycleState::serving;
  /// Equals `from` if a callback has ended.
  LifecycleState to = LifecycleState::serving;
  /// The callback that has ended; empty if the state has changed.
  std::string callback = {};
  /// Why, or how it went, in words: "SIGTERM", "overran its budget of 2 s".
  std::string reason = {};
  /// How long `from` lasted, or the callback took.
  Duration lasted = Duration::zero();
  /// Work that hasn't ended.
  std::size_t in_flight = 0;
  WallTime time = {};

  /// Whether a callback has ended; otherwise the state has changed.
  [[nodiscard]] bool is_callback() const noexcept { return !callback.empty(); }
};

/// How a service ends.
///
/// @code
/// vitals::Lifecycle lifecycle{health, server, {.propagation_delay = 10s,  // until load balancers have noticed
///                                              .grace_period = 30s,       // terminationGracePeriodSeconds
///                                              .stop_signals = {SIGTERM, SIGINT}}};
/// @endcode
struct LifecycleOptions {
  /// How long the service goes on working after the first request to shut down, while load balancers notice that
  /// readiness fails; 0 to `grace_period` - 5 s. Longer than the slowest load balancer needs: its interval times its
  /// threshold, plus its timeout.
  Duration propagation_delay = std::chrono::seconds{10};
  /// When the service is killed, counted from the first request to shut down: terminationGracePeriodSeconds of the
  /// manifest; 6 s to 1 h. Everything ends 5 s before it, and what isn't done by then is given up. Hanging checks, a
  /// hanging log and a loop that doesn't return may use most of those 5 s. Must cover the propagation delay and all
  /// callback budgets; the rest is for work in flight. `grace_period` - 5 s must not exceed the registry's
  /// `shutdown_limit`.
  Duration grace_period = std::chrono::seconds{30};
  /// The signals that ask for the end, such as {SIGTERM, SIGINT}; none by default. Their handlers are replaced from
  /// construction until run() returns or the object is destroyed; the previous handlers are called too. A signal that
  /// arrives before run() counts from when it arrived. The same signal again within 100 ms is one request, because
  /// timeout(1) and shells signal a process and its group; different signals are two. A handler that you install after
  /// run() has started replaces ours. If you wait with sigwait() or a signalfd, leave this empty and call
  /// begin_shutdown().
  std::vector<int> stop_signals = {};
  /// Receives one line per step; empty: standard error.
  LogFunction log = {};
  /// Called once per step, one call at a time, after the step's line was logged and on the same thread. Exceptions are
  /// dropped.
  std::function<void(const LifecycleEvent&)> on_event = {};
  /// True: readiness stays as it was when the shutdown began, as liveness does, up to the registry's `shutdown_limit`;
  /// so no HealthEvent is sent then. All else happens. examples/kubernetes/README.md says which balancers want it.
  bool keep_readiness_while_draining = false;
};

/// What Lifecycle::run() and run_or_exit() run beside the end of the service: nothing by default, or a loop of yours.
///
/// @code
/// return lifecycle.run_or_exit({.loop = [&] { io.run(); }, .stop_loop = [&] { io.stop(); }});
/// @endcode
struct RunOptions {
  /// Runs on the calling thread; everything else then runs on another one.
  std::function<void()> loop = {};
  /// Makes `loop` return within 2 s. Called from another thread once the service has stopped, also if the rest was
  /// given up, and perhaps before the loop has begun. Required with `loop`, and refused without.
  std::function<void()> stop_loop = {};
};

/// A piece of work in flight: the end of the service waits until this object is destroyed.
///
/// @code
/// const auto work = lifecycle.begin_work();
/// if (!work) return refuse(503);   // the service accepts no new work
/// @endcode
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
/// @par Lifetime       May outlive its Lifecycle.
class [[nodiscard]] VITALS_EXPORT WorkToken {
 public:
  WorkToken() noexcept;
  WorkToken(WorkToken&& other) noexcept;
  WorkToken& operator=(WorkToken&& other) noexcept;
  ~WorkToken();

  /// False if the work must not begin: the service accepts no new work.
  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(count_); }

 private:
  friend class Lifecycle;
  explicit WorkToken(std::shared_ptr<detail::WorkCount> count) noexcept;

  std::shared_ptr<detail::WorkCount> count_;
};

/// Ends a service in order: load balancers notice, work in flight ends, then everything stops.
///
/// @code
/// vitals::HealthServer server{health, {.port = 8080}};
/// vitals::Lifecycle lifecycle{health, server, {.stop_signals = {SIGTERM, SIGINT}}};
/// lifecycle.on_stop_accepting("web", [&] { web.close_listener(); });
/// lifecycle.on_stop("worker", [&] { worker.stop(); });
/// server.start();
/// return lifecycle.run_or_exit();   // until SIGTERM, and then until everything has stopped
/// @endcode
///
///     serving ──1st signal──▶ draining ──propagation_delay──▶ finishing ──no work──▶ stopping ──done──▶ stopped
///                                 └─────────2nd signal───────────▲  └───2nd signal──────▲                  ▲
///                                 └──────────────────────3rd signal, or grace_period - 5 s─────────────────┘
///
/// The first signal, or begin_shutdown(), makes readiness fail. Liveness stays as it was, and answers carry
/// `Connection: close`. The second signal, or shorten(), ends the current wait (for load balancers or for work), or the
/// next one if none is under way. The third gives up the rest, and so does the end of the time. The server stops last.
///
/// Callbacks run one after another, each on its own thread and within its budget. One that overruns gets a stop
/// request, is abandoned and logged, and the next one starts. Work in flight is waited for while the remaining time
/// still covers the budgets of the remaining callbacks.
///
/// @par Thread safety  Distinct objects: safe; no two may share a signal. Shared objects: safe, except for the
///                     destructor; run() and step() are for one thread.
/// @par Lifetime       The registry, the server, and what the callbacks use must outlive it. An abandoned callback goes
///                     on running: what it uses must outlive it too.
/// @par fork()         As for a HealthServer. A signal in a child does what it did before this object existed.
class VITALS_EXPORT Lifecycle {
 public:
  /// For a service without a server of this library.
  /// @throws std::invalid_argument  naming the option and the rule: one is out of range, or a signal can't be caught,
  ///                                doesn't exist, or belongs to another Lifecycle.
  /// @throws std::system_error      if the two file descriptors that it needs can't be had.
  [[nodiscard]] explicit Lifecycle(HealthRegistry& health,  // no match? Name it: LifecycleOptions{...}
                                   LifecycleOptions options = {});

  /// @param server  Anything with a `stop()`, which is called last: a HealthServer or a HostedServer, which run()
  ///                starts if it isn't running, or a server of yours, whose stop() has 2 s.
  template <class Server>
  requires requires(Server& server) { server.stop(); }
  [[nodiscard]] Lifecycle(HealthRegistry& health, Server& server,  // no match? Name it: LifecycleOptions{...}
                          LifecycleOptions options = {})
      : Lifecycle{health, detail::calls_of(server), std::move(options)} {}

  Lifecycle(const Lifecycle&) = delete;
  Lifecycle& operator=(const Lifecycle&) = delete;
  /// Restores the signal handlers. Stops nothing.
  ~Lifecycle();

  /// Registers a callback for when load balancers have noticed: accept what is queued at your listener, and close it.
  ///
  /// Callbacks run in the order of registration; after the last one begin_work() refuses. Otherwise as on_stop().
  template <class Callback>
  void on_stop_accepting(Text name, Callback callback, Duration budget = std::chrono::seconds{2}) {
    add(LifecycleState::finishing, name, callable(std::move(callback)), budget);
  }

  /// Registers a callback for when the work in flight has ended: stop threads, flush, close pools.
  ///
  /// @param name      Follows the rule for check names; unique among the callbacks of its kind.
  /// @param callback  `f()` or `f(std::stop_token)`; a stop is requested when the budget is spent. Exceptions are
  ///                  logged.
  /// @param budget    1 ms to 1 h. All budgets plus the propagation delay must fit into `grace_period` - 5 s.
  ///
  /// @throws std::invalid_argument  naming the callback and the rule; also if the callback is a null pointer or an
  ///                                empty std::function, or the service is already ending.
  template <class Callback>
  void on_stop(Text name, Callback callback, Duration budget = std::chrono::seconds{2}) {
    add(LifecycleState::stopping, name, callable(std::move(callback)), budget);
  }

  /// Marks a piece of work as in flight, such as a request from its first byte to the end of its answer. Lock-free,
  /// about 30 ns.
  /// @returns A token to keep until the work ends; an empty one if the service accepts no new work: refuse it.
  [[nodiscard]] WorkToken begin_work() noexcept;

  [[nodiscard]] LifecycleState state() const noexcept;
  /// Whether the service is ending: answers should carry `Connection: close`. True from begin_shutdown() on, or from the
  /// first signal that run() or step() has seen; a signal before run() doesn't show here. Also true in finishing,
  /// stopping and stopped. Lock-free.
  [[nodiscard]] bool shutting_down() const noexcept;

  /// Begins the end, as the first signal does; later calls are ignored. Readiness fails before it returns. Not callable
  /// from a signal handler. HealthRegistry::begin_shutdown() alone ends nothing, and always fails readiness.
  void begin_shutdown(Text reason);

  /// Ends the current wait, or the next one, as a second signal does; a second call gives up the rest, as a third
  /// signal does. Not callable from a signal handler.
  void shorten(Text reason);

  /// Waits until somebody asks for the end, carries it out, and returns when the service has stopped. Until then it
  /// also runs the checks, as a Runner does. First starts a HealthServer or HostedServer that isn't running, and logs
  /// that, unless the service is already ending.
  ///
  /// With a loop it returns once the service has stopped and the loop has returned. If the loop returns by itself, the
  /// service ends without the propagation delay. If it throws, the service also skips the wait for work in flight, and
  /// the exception is passed on.
  ///
  /// @returns 0 if every step ended in order. 1 if something was given up or failed, or the log hung for 1 s: such code
  ///          may still run, and use objects that the caller is about to destroy. See run_or_exit().
  /// @throws std::invalid_argument  if only one of `loop` and `stop_loop` is given.
  /// @throws std::system_error      if a thread that it needs can't be created, or as the server's start() does.
  int run(const RunOptions& options = {});

  /// run() for the end of main(): instead of returning 1 it calls std::quick_exit(1). That skips destructors: abandoned
  /// code may still use objects that `main()` would destroy, or block their destructors. A loop that doesn't return
  /// within 2 s of `stop_loop` is abandoned too.
  /// @returns 0.
  int run_or_exit(const RunOptions& options = {});

  /// Does what is due on the calling thread, by the registry's clock, and never waits: for tests, and for a host that
  /// drives it from its own loop instead of run(). Callbacks run in place; an overrun budget is noticed afterwards.
  /// Does nothing inside a callback. Starts no server.
  /// @returns When to call it again at the latest: within a second while it waits for signals or ends, because nothing
  ///          wakes the host; otherwise SteadyTime::max().
  SteadyTime step();

 private:
  using Callable = std::function<void(const std::stop_token&)>;

  Lifecycle(HealthRegistry& health, detail::ServerCalls server, LifecycleOptions options);

  template <class Callback>
  static Callable callable(Callback callback) {
    if (detail::holds_nothing(callback)) return {};                       // refused by add()
    const auto shared = std::make_shared<Callback>(std::move(callback));  // which may be move-only
    if constexpr (std::is_invocable_v<Callback&, std::stop_token>)
      return [shared](const std::stop_token& stop) { (*shared)(stop); };
    else
      return [shared](const std::stop_token&) { (*shared)(); };
  }
  void add(LifecycleState state, std::string_view name, Callable callback, Duration budget);

  std::shared_ptr<detail::LifecycleCore> core_;
};

}  // namespace vitals::inline v1

#endif
