#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <type_traits>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/detail/config.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/version.hpp>
#if BOOST_VERSION >= 107700
#include <boost/asio/associated_cancellation_slot.hpp>
#endif

#include <vitals/asio_check.hpp>
#include <vitals/asio_host.hpp>
#include <vitals/callable.hpp>
#include <vitals/check.hpp>
#include <vitals/server.hpp>

namespace vitals::inline v1 {

namespace detail {

class HostedCore;
struct HostedDrain;

/// How Asio is set up, as far as its types depend on it.
constexpr unsigned asio_configuration() {
  unsigned bits = 0;
#ifdef BOOST_ASIO_HAS_EPOLL
  bits |= 1U;
#endif
#ifdef BOOST_ASIO_HAS_EVENTFD
  bits |= 2U;
#endif
#ifdef BOOST_ASIO_HAS_TIMERFD
  bits |= 4U;
#endif
#ifdef BOOST_ASIO_HAS_IO_URING
  bits |= 8U;
#endif
#ifdef BOOST_ASIO_HAS_IO_URING_AS_DEFAULT
  bits |= 16U;
#endif
#ifdef BOOST_ASIO_HAS_THREADS
  bits |= 32U;
#endif
#ifdef BOOST_ASIO_USE_TS_EXECUTOR_AS_DEFAULT
  bits |= 64U;
#endif
#ifdef BOOST_ASIO_ENABLE_HANDLER_TRACKING
  bits |= 128U;
#endif
  return bits;
}

/// In the signature of what is compiled into libvitals_asio: linking it with another Boost, or with one that is set up
/// in another way, is an undefined symbol.
template <int version, unsigned configuration>
struct BoostVersion {};
using ThisBoost = BoostVersion<BOOST_VERSION, asio_configuration()>;

/// Takes a handler to its executor; called at most once. Runs no code of the handler's.
using Completion = std::function<void()>;
/// Makes one, with the host's executor, or an empty one if that is gone. It is empty if nothing is left to complete on.
using MakeCompletion = std::function<Completion(const boost::asio::any_io_executor& host)>;

template <class Handler>
Completion completion_of(const std::shared_ptr<Handler>& handler, const boost::asio::any_io_executor& host) {
  const auto executor = boost::asio::get_associated_executor(*handler, host);
  if constexpr (std::is_same_v<decltype(executor), const boost::asio::any_io_executor>)
    if (!executor) return {};
  // The work ends with the call: none is left for an executor whose context may go.
  return [handler, work = std::optional{boost::asio::make_work_guard(executor)}]() mutable {
    const auto ended = std::exchange(work, std::nullopt);
    boost::asio::post(ended->get_executor(), [handler] { std::move (*handler)(); });
  };
}

}  // namespace detail

/// Makes a check of a function or a coroutine that runs on the application's own executor.
///
/// @code
/// health.add_readiness_check("redis", vitals::run_on(io, [&]() -> boost::asio::awaitable<vitals::CheckResult> {
///   if (co_await redis.ping()) co_return vitals::CheckResult::pass();
///   co_return vitals::CheckResult::fail("no PONG");
/// }));
/// health.add_liveness_check("event-loop", vitals::run_on(io, [] { return true; }));  // fails when the loop is blocked
/// @endcode
///
/// A run that has been given up doesn't begin any more. When a run's stop token is requested, its coroutine is
/// cancelled (cancellation_type::terminal), from Boost 1.77 on; before, only the token in the context tells.
///
/// @param host  An executor, or a context such as io_context or thread_pool. A coroutine runs on a strand of it.
/// @param f     `f()` or `f(const CheckContext&)`: a function that returns what a check may return, or a coroutine of
///              void, bool or CheckResult, where the compiler and Boost have them. What escapes is a failure.
/// @returns An asynchronous check. It is a remote check if `f` is.
///
/// @throws std::invalid_argument  if `host` is an empty any_io_executor, or `f` a null pointer or an empty
///                                std::function.
/// @par Thread safety  Shared objects: safe, as far as `f` is; `f` is called only by the executor.
/// @par Lifetime       `f` and a copy of the context live until the coroutine has ended, which may be later than the
///                     check is removed: `f` must own what it uses. Should the context of `host` end first, the runs
///                     under way fail, and so do all later ones.
template <class Host, class F>
[[nodiscard]] auto run_on(Host&& host, F&& f) {
  using Check = std::decay_t<F>;
  constexpr bool good_host = detail::HostOfHandlers<Host>;
  constexpr bool is_instant = requires { instant_source(f); };
  constexpr bool is_asynchronous = AsyncCheck<Check>;
  static_assert(good_host,
                "vitals: run_on takes an executor, or a context that outlives the check, such as io_context&");
  static_assert(!good_host || !is_instant,
                "vitals: run_on takes a function or a coroutine; a Heartbeat or StatusFlag is registered as it is");
  static_assert(
      !good_host || !is_asynchronous,
      "vitals: run_on takes no check with a CheckCompletion: it is asynchronous already, register it as it is");
  static_assert(!good_host || is_instant || is_asynchronous || detail::can_run_on<Check>(),
                "vitals: run_on calls f() or f(const CheckContext&), which returns void, bool, std::error_code or "
                "vitals::CheckResult, or is a coroutine: boost::asio::awaitable of void, bool or vitals::CheckResult");
  if constexpr (good_host && detail::can_run_on<Check>()) {
    if (detail::holds_nothing<Check>(f)) throw std::invalid_argument{"vitals: run_on: the function must not be empty"};
    return detail::RunOn<Check>{detail::HostExecutor::make(detail::executor_of(std::forward<Host>(host))),
                                std::forward<F>(f)};
  } else {
    return detail::RefusedCheck{};
  }
}

/// Answers the probes of a registry over HTTP/1.1, as HealthServer does, on the application's own executor.
///
/// @code
/// vitals::HostedServer server{io, health, {.port = 8080}};
/// server.start();
/// io.run();
/// @endcode
///
/// It answers while the host's loop runs: a blocked loop is no answer, which a kubelet counts as a failure. Its
/// handlers run one at a time, whatever the executor, and call no user code. It is compiled for one version of Boost: a
/// program with another doesn't link.
///
/// @par Thread safety  Distinct objects: safe, also two on one registry. Shared objects: safe; the destructor isn't.
/// @par Lifetime       Keeps the registry's state alive. May end before or after the context, which stops it when it
///                     ends; its work keeps run() from returning until stop().
/// @par fork()         As for a HealthServer. A host that notifies its context of a fork (Asio's notify_fork()) must do
///                     so in the child before anything else; the child's copies of the sockets are then closed.
///                     Asio's own daemon pattern, too, comes before start().
class HostedServer {
 public:
  /// Doesn't listen yet.
  /// @param host  An executor, or a context such as io_context or thread_pool, that other threads may post to.
  /// @throws std::invalid_argument  if an option is malformed or out of range, or the executor is empty.
  template <class Host>
  HostedServer(Host&& host, HealthRegistry& registry, HealthServerOptions options = {})
      : HostedServer{detail::ThisBoost{}, executor_of(std::forward<Host>(host)), registry, std::move(options)} {}
  HostedServer(const HostedServer&) = delete;
  HostedServer& operator=(const HostedServer&) = delete;
  /// The same as stop().
  ~HostedServer();

  /// Listens and runs the checks; answers as soon as the host's loop runs. After stop() it may be called again.
  /// @throws std::system_error  naming the address if it can't listen; Errc::already_started if it runs.
  void start();
  /// The same, with the error in `error` instead of thrown; cleared on success.
  void start(std::error_code& error);

  /// Closes the listener and all connections. Waits neither for a check nor for the host's loop. Idempotent, from any
  /// thread, also one of the loop's.
  void stop() noexcept;

  /// Goes on answering for `duration` (0 to 1 h) while load balancers notice that readiness has failed: the step
  /// between HealthRegistry::begin_shutdown() and stop(). It only waits.
  ///
  /// @param token  A completion token for `void()`: a callback, use_awaitable, use_future. Completes on the host's
  ///               executor, or that of the callback, after `duration` or at stop(), whichever is first; earlier if it
  ///               is cancelled (per operation, any type; from Boost 1.77 on). Once the host's context has ended it
  ///               completes at once where the callback has an executor of another context, else not at all.
  /// @throws std::invalid_argument  if the duration is out of range.
  template <class Token>
  auto async_drain(Duration duration, Token&& token) {
    return boost::asio::async_initiate<Token, void()>(
        [core = core_](auto handler, Duration limit) {
          using Handler = decltype(handler);
          const auto kept = std::make_shared<Handler>(std::move(handler));
          const auto drain = make_drain();
#if BOOST_VERSION >= 107700
          if (auto slot = boost::asio::get_associated_cancellation_slot(*kept); slot.is_connected())
            slot.assign([weak_core = std::weak_ptr{core}, weak_drain = std::weak_ptr{drain}](auto) {
              const auto running = weak_core.lock();
              const auto ended = weak_drain.lock();
              if (running && ended) end_drain(*running, ended);
            });
#endif
          begin_drain(*core, drain, limit,
                      [kept](const boost::asio::any_io_executor& host) { return detail::completion_of(kept, host); });
        },
        token, duration);
  }

  /// The port that is listened on, also if 0 was asked for; 0 while the server isn't running.
  [[nodiscard]] std::uint16_t port() const noexcept;

  /// As of a HealthServer.
  [[nodiscard]] LimitCounts limit_counts() const noexcept;

 private:
  HostedServer(detail::ThisBoost, boost::asio::any_io_executor host, HealthRegistry& registry,
               HealthServerOptions options);
  template <class Host>
  static boost::asio::any_io_executor executor_of(Host&& host) {
    static_assert(detail::HostOfHandlers<Host>,
                  "vitals: a HostedServer takes an executor, or a context that isn't a temporary, such as io_context&");
    if constexpr (detail::HostOfHandlers<Host>)
      return detail::executor_of(std::forward<Host>(host));
    else
      return {};
  }
  static std::shared_ptr<detail::HostedDrain> make_drain();
  static void begin_drain(detail::HostedCore& core, const std::shared_ptr<detail::HostedDrain>& drain,
                          Duration duration, const detail::MakeCompletion& make_completion);
  static void end_drain(detail::HostedCore& core, const std::shared_ptr<detail::HostedDrain>& drain);

  std::shared_ptr<detail::HostedCore> core_;
};

}  // namespace vitals::inline v1

#endif
