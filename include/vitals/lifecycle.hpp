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
#include <vitals/runner.hpp>
#include <vitals/text.hpp>

namespace vitals::inline v1 {

class HealthRegistry;
class HealthServer;
class HostedServer;

namespace detail {

class LifecycleCore;
class WorkCount;

/// What a Lifecycle does with its server; empty functions if it has none, or may only stop it.
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

/// Where a service is between its first request and its end; each state follows the one before it.
enum class LifecycleState {
  serving,    ///< Nobody has asked it to end; starting belongs to it.
  draining,   ///< Readiness fails, so that load balancers notice; work is still taken.
  finishing,  ///< The on_stop_accepting callbacks run; then no new work is taken, and what is in flight is waited for.
  stopping,   ///< The on_stop callbacks run.
  stopped,
};

/// "serving", "draining", "finishing", "stopping" or "stopped".
[[nodiscard]] VITALS_EXPORT std::string_view to_string(LifecycleState state) noexcept;

/// A step of a service's end, as LifecycleOptions::on_event tells it.
struct LifecycleEvent {
  LifecycleState from = LifecycleState::serving;
  /// The same as `from` if a callback has ended.
  LifecycleState to = LifecycleState::serving;
  /// The callback that this is about; empty if it is about the state.
  std::string callback = {};
  /// Why, or how it went, in words: "SIGTERM", "overran its budget of 2 s".
  std::string reason = {};
  /// How long `from` lasted, or the callback took.
  Duration lasted = Duration::zero();
  /// Work that hasn't ended.
  std::size_t in_flight = 0;
  WallTime time = {};
};

struct LifecycleOptions {
  /// How long work is still taken after the first request to shut down, while load balancers notice that readiness
  /// fails; 0 to the deadline. Longer than the slowest of them needs: its interval times its threshold, and its
  /// timeout.
  Duration propagation_delay = std::chrono::seconds{10};
  /// Within which everything ends, counted from the first request to shut down, 1 s to 1 h; then what is left is given
  /// up. It holds the propagation delay and the budgets of all callbacks; what remains is for work in flight. Below
  /// what the service is killed after (terminationGracePeriodSeconds, 30 s by default) by 4 s, which checks and a log
  /// that hang may take after everything; and not above the registry's shutdown_limit.
  Duration deadline = std::chrono::seconds{25};
  /// Which signals ask for the end, as {SIGTERM, SIGINT}; none by default. From construction to the end of run(), or of
  /// the object, their handlers are replaced; those that were there are called, too. One that comes before run() is
  /// heeded by run(), and counts from when it came. The same signal again within 100 ms is one request, since
  /// timeout(1) and shells signal a process and its group; different signals are two. A handler that you
  /// install after run() has started replaces ours. A host that waits with sigwait() or a signalfd leaves this empty
  /// and calls begin_shutdown().
  std::vector<int> stop_signals = {};
  /// Takes a line for each step; empty: a line on standard error.
  LogFunction log = {};
  /// Called for each step, one at a time, after its line was written, and where that was. What it throws is dropped.
  std::function<void(const LifecycleEvent&)> on_event = {};
};

/// A piece of work that the end of the service waits for, until this goes.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
/// @par Lifetime       May outlive its Lifecycle.
class [[nodiscard]] VITALS_EXPORT WorkToken {
 public:
  WorkToken() noexcept;
  WorkToken(WorkToken&& other) noexcept;
  WorkToken& operator=(WorkToken&& other) noexcept;
  ~WorkToken();

  /// False if the work may not begin: the service takes none any more.
  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(count_); }

 private:
  friend class Lifecycle;
  explicit WorkToken(std::shared_ptr<detail::WorkCount> count) noexcept;

  std::shared_ptr<detail::WorkCount> count_;
};

/// The end of a service, done right: load balancers notice, work in flight ends, then everything stops in order.
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
///                                 └──────────────────────────3rd signal, or the deadline───────────────────┘
///
/// The first signal, or begin_shutdown(), makes readiness fail; liveness stays what it was, and answers ask their peers
/// to close the connection. The second signal, or shorten(), ends the wait that is under way, or else the next (for
/// load balancers, or for work). The third, and the deadline, give up what is left. At the end the server is stopped.
///
/// Callbacks run one after another, each on a thread of its own and within its budget; one that overruns is told to
/// stop, abandoned and logged, and the next one begins. Work in flight is waited for as long as the deadline leaves
/// time for the budgets.
///
/// @par Thread safety  Distinct objects: safe; no two may have a signal in common. Shared objects: safe; the destructor
///                     isn't, and run() and step() are for one thread.
/// @par Lifetime       The registry, the server, and what the callbacks use must outlive it. An abandoned callback goes
///                     on: what it uses must then outlive that, too.
/// @par fork()         As for a HealthServer. A signal that a child receives does there what it did before this object.
class VITALS_EXPORT Lifecycle {
 public:
  /// For a service without a server of this library.
  /// @throws std::invalid_argument  naming the option and the rule, if one is out of range or a signal can't be caught,
  ///                                isn't one, or belongs to another Lifecycle.
  /// @throws std::system_error      if there are no two file descriptors for it.
  explicit Lifecycle(HealthRegistry& health, LifecycleOptions options = {});

  /// @param server  Has a `stop()`, which is called last: a HealthServer, a HostedServer, or one of the application's,
  ///                whose stop() has 2 s. run() starts the first two if they aren't running.
  template <class Server>
  requires requires(Server& server) { server.stop(); }
  Lifecycle(HealthRegistry& health, Server& server, LifecycleOptions options = {})
      : Lifecycle{health, detail::calls_of(server), std::move(options)} {}

  Lifecycle(const Lifecycle&) = delete;
  Lifecycle& operator=(const Lifecycle&) = delete;
  /// Gives the signals back. Stops nothing.
  ~Lifecycle();

  /// Registers what is called when load balancers have noticed and no new work should come: take in what waits in the
  /// listener's queue, and close it.
  ///
  /// In the order of registration; afterwards begin_work() refuses. Otherwise as on_stop().
  template <class Callback>
  void on_stop_accepting(Text name, Callback callback, Duration budget = std::chrono::seconds{2}) {
    add(LifecycleState::finishing, name, callable(std::move(callback)), budget);
  }

  /// Registers what is called when the work in flight has ended: stop threads, flush, close pools.
  ///
  /// @param name      As that of a check; unique among the callbacks of its kind.
  /// @param callback  `f()` or `f(std::stop_token)`, whose stop is requested when the budget is spent. An exception is
  ///                  logged.
  /// @param budget    1 ms to 1 h. All budgets and the propagation delay together must fit into the deadline.
  ///
  /// @throws std::invalid_argument  naming the callback and the rule: also if it is a null pointer or an empty
  ///                                std::function, and once the service is ending.
  template <class Callback>
  void on_stop(Text name, Callback callback, Duration budget = std::chrono::seconds{2}) {
    add(LifecycleState::stopping, name, callable(std::move(callback)), budget);
  }

  /// Marks a piece of work as in flight, such as a request from its first byte to the end of its answer.
  /// Lock-free, about 30 ns.
  /// @returns A token to keep until it ends; an empty one if no more work is taken: refuse it then.
  [[nodiscard]] WorkToken begin_work() noexcept;

  [[nodiscard]] LifecycleState state() const noexcept;
  /// Whether readiness fails for good, from begin_shutdown() or the first signal that run() has heeded on: answers
  /// should ask their peers to close the connection. Lock-free.
  [[nodiscard]] bool draining() const noexcept;

  /// Begins the end, as the first signal does; the first call counts, later ones are ignored. Readiness fails before it
  /// returns. Not in a signal handler. HealthRegistry::begin_shutdown() alone ends nothing.
  void begin_shutdown(Text reason);

  /// Ends the wait that is under way, or else the next, as a second signal does; another time it gives up, as a third.
  /// Not in a signal handler.
  void shorten(Text reason);

  /// Waits for the end to be asked for, does everything that belongs to it, and returns when it has stopped. Meanwhile
  /// also runs the checks, as a Runner does. A HealthServer or HostedServer that isn't running is started first, with a
  /// line in the log, unless the service is ending already.
  /// @returns 0 if every step ended in order; 1 if something was given up, failed, or wasn't taken by the log within
  ///          1 s: it may still run, and use what the caller is about to destroy. See run_or_exit().
  /// @throws std::system_error  if a thread that it needs can't be had, or as the server's start() does.
  int run();

  /// The same around a loop of the application's own: that runs on this thread, and everything else on another one.
  /// Returns when the service has stopped and the loop has returned. If the loop returns by itself, the service ends
  /// without the propagation delay; if it throws, work in flight isn't waited for, either, and that is passed on.
  ///
  /// @param stop_loop  Makes the loop return, from another thread, within 2 s, perhaps before it has begun. Called when
  ///                   the service has stopped, also if the rest was given up. Empty: a callback does it.
  /// @throws std::invalid_argument  if `loop` is empty.
  int run(const std::function<void()>& loop, const std::function<void()>& stop_loop = {});

  /// run() for the end of main(): instead of returning 1 it ends the process by std::quick_exit(1), without
  /// destructors, since what was given up may still use what they would destroy, or hold them up for ever.
  /// @returns 0.
  int run_or_exit();

  /// The same around a loop, which has 2 s to return when it was made to.
  /// @code
  /// return lifecycle.run_or_exit([&] { io.run(); }, [&] { io.stop(); });
  /// @endcode
  int run_or_exit(const std::function<void()>& loop, const std::function<void()>& stop_loop = {});

  /// Does what is due, on the calling thread and by the registry's clock, and waits for nothing: for tests, and for a
  /// host that drives it from its own loop instead of run(). Callbacks are called in place, and a budget that one
  /// overran is noticed afterwards. Inside a callback it does nothing. It starts no server.
  /// @returns When to call it again at the latest. Nothing wakes the host for a signal or the end of work: while it
  ///          listens to signals, or ends, that is within a second; else SteadyTime::max().
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
