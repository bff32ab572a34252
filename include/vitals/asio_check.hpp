#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

// What run_on() makes of a callable. Included by <vitals/asio.hpp>.

#include <concepts>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/version.hpp>
#if BOOST_VERSION >= 107700
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#endif

#include <vitals/asio_host.hpp>
#include <vitals/check.hpp>

namespace vitals::inline v1 {

namespace detail {

/// What run_on() makes of a callable that it refuses, so that there is one error and not ten.
struct RefusedCheck {
  void operator()(const CheckContext&, CheckCompletion) const {}
};

template <class F>
decltype(auto) call_check(F& f, const CheckContext& context) {
  if constexpr (ContextCheck<F>)
    return std::invoke(f, context);
  else
    return std::invoke(f);
}

template <class F>
using CheckReturn = decltype(call_check(std::declval<F&>(), std::declval<const CheckContext&>()));

template <class T>
inline constexpr bool is_coroutine = false;
#ifdef BOOST_ASIO_HAS_CO_AWAIT
template <class T>
inline constexpr bool is_coroutine<boost::asio::awaitable<T>> =
    std::is_void_v<T> || std::same_as<T, bool> || std::same_as<T, CheckResult>;
#endif

template <class F>
constexpr bool can_run_on() {
  if constexpr (ContextCheck<F> || PlainCheck<F>)
    return CheckOutcome<CheckReturn<F>> || is_coroutine<CheckReturn<F>>;
  else
    return false;
}

inline CheckResult failure_of(std::exception_ptr error) {
  try {
    std::rethrow_exception(std::move(error));
  } catch (const std::exception& exception) {
    return CheckResult::fail(exception.what());
  } catch (...) {
    return CheckResult::fail("threw something that is no std::exception");
  }
}

template <class F>
class CoroutineRun;

#ifdef BOOST_ASIO_HAS_CO_AWAIT
#if BOOST_VERSION >= 107700
#pragma push_macro("emit")  // Qt has a macro of that name
#undef emit
inline void cancel_by(boost::asio::cancellation_signal& signal) {
  signal.emit(boost::asio::cancellation_type::terminal);
}
#pragma pop_macro("emit")
#endif

/// One run of a coroutine, owned by the coroutine and by what it waits for. All of it is on the strand, but for the
/// stop callback.
template <class F>
class CoroutineRun : public std::enable_shared_from_this<CoroutineRun<F>> {
 public:
  using Strand = boost::asio::strand<boost::asio::any_io_executor>;

  CoroutineRun(std::shared_ptr<HostExecutor> host, Strand strand, std::shared_ptr<F> f, CheckContext context,
               CheckCompletion done)
      : host_{std::move(host)},
        strand_{std::move(strand)},
        f_{std::move(f)},
        context_{std::move(context)},
        done_{std::move(done)} {}

  void start() {
    if (context_.stop_token().stop_requested()) return;  // given up already
    auto body = [self = this->shared_from_this()] { return call_check(*self->f_, self->context_); };
    auto end = [self = this->shared_from_this()](std::exception_ptr error, auto... outcome) {
      if (error)
        self->done_(failure_of(std::move(error)));
      else if constexpr (sizeof...(outcome) == 0)
        self->done_(CheckResult::pass());
      else
        self->done_(to_result(std::move(outcome)...));
    };
#if BOOST_VERSION >= 107700
    cancel_.emplace(context_.stop_token(), Cancel{this});
    boost::asio::co_spawn(strand_, std::move(body),
                          boost::asio::bind_cancellation_slot(signal_.slot(), std::move(end)));
#else
    boost::asio::co_spawn(strand_, std::move(body), std::move(end));
#endif
  }

 private:
#if BOOST_VERSION >= 107700
  struct Cancel {
    CoroutineRun* run;
    void operator()() const noexcept { run->cancel(); }
  };
  // On the thread that requests the stop. The callback's end is waited for where the run is destroyed.
  void cancel() noexcept {
    try {
      host_->with([&](const auto&) {
        boost::asio::post(strand_, [weak = this->weak_from_this()] {
          if (const auto self = weak.lock()) cancel_by(self->signal_);
        });
      });
    } catch (...) {  // out of memory: the coroutine isn't told
    }
  }

  boost::asio::cancellation_signal signal_ = {};
#endif
  std::shared_ptr<HostExecutor> host_;
  Strand strand_;
  std::shared_ptr<F> f_;
  CheckContext context_;
  CheckCompletion done_;
#if BOOST_VERSION >= 107700
  std::optional<std::stop_callback<Cancel>> cancel_ = {};  // the first to go
#endif
};
#endif

/// What run_on() returns: an asynchronous check. Copies share the callable.
template <class F>
class RunOn {
 public:
  template <class G>
  RunOn(std::shared_ptr<HostExecutor> host, G&& f)
      : host_{std::move(host)}, f_{std::make_shared<F>(std::forward<G>(f))} {}

  // What is dropped on the way, because the context has ended or ends, drops `done`, which is a failure.
  void operator()(const CheckContext& context, CheckCompletion done) const {
    host_->with([&](const auto& executor) {
      if constexpr (is_coroutine<CheckReturn<F>>) {
        const auto strand = boost::asio::make_strand(executor);
        boost::asio::post(strand, [run = std::make_shared<CoroutineRun<F>>(host_, strand, f_, context,
                                                                           std::move(done))] { run->start(); });
      } else {
        boost::asio::post(executor, [f = f_, context, done = std::move(done)] {
          if (!context.stop_token().stop_requested())
            complete_with(done,
                          [&] { return outcome_of([&]() -> decltype(auto) { return call_check(*f, context); }); });
        });
      }
    });
  }

 private:
  std::shared_ptr<HostExecutor> host_;
  std::shared_ptr<F> f_;
};

}  // namespace detail

template <class F>
struct is_remote_check<detail::RunOn<F>> : is_remote_check<F> {};

}  // namespace vitals::inline v1

#endif
