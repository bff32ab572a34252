#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <type_traits>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/detail/config.hpp>
#include <boost/version.hpp>

#include <vitals/asio_check.hpp>
#include <vitals/asio_host.hpp>
#include <vitals/callable.hpp>
#include <vitals/check.hpp>
#include <vitals/server.hpp>

namespace vitals::inline v1 {

namespace detail {

class HostedCore;

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

}  // namespace detail

/// Makes a check from a function or a coroutine that runs on the application's executor.
///
/// @code
/// health.add_readiness_check("redis", vitals::run_on(io, [&]() -> boost::asio::awaitable<vitals::CheckResult> {
///   if (co_await redis.ping()) co_return vitals::CheckResult::pass();
///   co_return vitals::CheckResult::fail("no PONG");
/// }));
/// health.add_liveness_check("event-loop", vitals::run_on(io, [] { return true; }));  // fails when the loop is blocked
/// @endcode
///
/// A run that times out before it has begun never begins. At a stop request the coroutine is cancelled
/// (cancellation_type::terminal); before Boost 1.77 only the context's stop token reports it.
///
/// @param host  An executor, or a context such as io_context or thread_pool. A coroutine runs on a strand of it.
/// @param f     `f()` or `f(const CheckContext&)`: a function that returns what a check may return, or a coroutine of
///              void, bool or CheckResult, if the compiler and Boost support them. An exception fails.
/// @returns An asynchronous check. It is a remote check if `f` is.
///
/// @throws std::invalid_argument  if `host` is an empty any_io_executor, or `f` a null pointer or an empty
///                                std::function.
/// @par Thread safety  Shared objects: safe if `f` is; only the executor calls `f`.
/// @par Lifetime       `f` and a copy of the context live until the coroutine ends, which may be after the check was
///                     removed: `f` must own what it uses. If the context of `host` ends first, runs under way and
///                     later runs fail.
template <class Host, class F>
[[nodiscard]] auto run_on(Host&& host, F&& f) {
  using Check = std::decay_t<F>;
  constexpr bool good_host = detail::HostOfHandlers<Host>;
  constexpr bool is_instant = requires { instant_source(f); };
  constexpr bool is_asynchronous = AsyncCheck<Check>;
  static_assert(good_host,
                "vitals: run_on takes an executor, or a context that outlives the check, such as io_context&");
  static_assert(!good_host || !is_instant,
                "vitals: run_on takes a function or a coroutine; a Heartbeat or PushedCheck is registered as it is");
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

/// Answers the probes of a registry over HTTP/1.1, as HealthServer does, on the application's executor.
///
/// @code
/// vitals::HostedServer server{io, health, {.port = 8080}};
/// server.start();
/// io.run();
/// @endcode
///
/// It answers while the application's loop runs. A blocked loop gives no answer, which a kubelet counts as a failure.
/// Its handlers run one at a time on any executor, and call no user code. It is compiled for one version of Boost: a
/// program with another doesn't link.
///
/// @par Thread safety  Distinct objects: safe, also two on one registry. Shared objects: safe; the destructor isn't.
/// @par Lifetime       Keeps the registry's state alive. May end before or after the context, whose end stops it. Until
///                     stop() it is work for the context, so that run() doesn't return.
/// @par fork()         As for a HealthServer. If you notify the context of a fork (Asio's notify_fork()), do it first
///                     in the child; that closes the child's copies of the sockets. Asio's daemon pattern comes before
///                     start().
class HostedServer {
 public:
  /// Doesn't listen yet.
  /// @param host  An executor, or a context such as io_context or thread_pool, that other threads may post to.
  /// @throws std::invalid_argument  naming the option and the rule, if one is malformed or out of range; also if the
  ///                                executor is empty.
  template <class Host>
  HostedServer(Host&& host, HealthRegistry& registry,  // no match? Name it: HealthServerOptions{...}
               HealthServerOptions options = {})
      : HostedServer{detail::ThisBoost{}, executor_of(std::forward<Host>(host)), registry, std::move(options)} {}
  HostedServer(const HostedServer&) = delete;
  HostedServer& operator=(const HostedServer&) = delete;
  /// The same as stop().
  ~HostedServer();

  /// Listens and runs the checks; answers once the application's loop runs. After stop() it may be called again.
  /// @throws std::system_error  naming the address if it can't listen; Errc::already_started if it runs.
  void start();
  /// The same, with the error in `error` instead of thrown; cleared on success.
  void start(std::error_code& error);

  /// Closes the listener and all connections. Waits neither for a check nor for the loop. Idempotent; callable from any
  /// thread, also from the loop's.
  void stop() noexcept;

  /// The port it listens on, also if HealthServerOptions::port is 0; 0 while it isn't running, and on a UNIX socket.
  [[nodiscard]] std::uint16_t port() const noexcept;

  /// As HealthServer::limit_counts().
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

  std::shared_ptr<detail::HostedCore> core_;
};

}  // namespace vitals::inline v1

#endif
