#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <chrono>
#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <system_error>
#include <type_traits>
#include <utility>

#include <vitals/callable.hpp>
#include <vitals/check_result.hpp>
#include <vitals/clock.hpp>
#include <vitals/export.hpp>
#include <vitals/schedule.hpp>

namespace vitals::inline v1 {

/// When a check runs, and how its results count. Validated at registration.
///
/// @code
/// health.add_readiness_check("queue", check, {.timeout = 300ms, .schedule = vitals::every(5s), .critical = false});
/// @endcode
struct CheckOptions {
  /// How long a run may take before it fails, 1 ms to 1 h. An overdue run goes on, but no probe waits for it. With
  /// on_demand() it must not exceed the registry's answer budget.
  Duration timeout = std::chrono::milliseconds{500};
  /// When the check runs.
  Schedule schedule = on_demand();
  /// How many failures in a row turn a good check into a failed one, 1 to 1000.
  int failure_threshold = 1;
  /// How many successes (pass or warn) in a row turn a failed check back into a good one, 1 to 1000. The first success
  /// ever counts at once.
  int success_threshold = 1;
  /// False: if this check fails, its probe warns (200) instead of failing (503).
  bool critical = true;
  /// For how long after the last success failures count as warn, 0 (off) to 24 h.
  Duration last_known_good_for = Duration::zero();
  /// How old a result may get before it is a failure, at most 7 days. None: three intervals plus the timeout for
  /// every(), 30 s for on_demand(). Must exceed the interval plus the timeout, or the maximum age.
  std::optional<Duration> stale_after = std::nullopt;

  friend bool operator==(const CheckOptions& a, const CheckOptions& b) noexcept = default;
};

/// What a check knows about its current run: how much time is left, and whether it should stop.
///
/// @code
/// health.add_readiness_check("queue", [&](const vitals::CheckContext& run) { return queue.ping(run.remaining()); });
/// @endcode
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class VITALS_EXPORT CheckContext {
 public:
  CheckContext(std::stop_token stop_token, SteadyTime deadline, Clock clock = {}) noexcept
      : stop_token_{std::move(stop_token)}, deadline_{deadline}, clock_{std::move(clock)} {}

  /// Requested when the run overruns its timeout, at shutdown, and when the check, its Runner or its registry ends.
  [[nodiscard]] const std::stop_token& stop_token() const noexcept { return stop_token_; }
  /// When the run becomes overdue, by the registry's clock.
  [[nodiscard]] SteadyTime deadline() const noexcept { return deadline_; }
  /// The time until the deadline, rounded down; zero after it.
  [[nodiscard]] std::chrono::milliseconds remaining() const noexcept;

 private:
  std::stop_token stop_token_;
  SteadyTime deadline_;
  Clock clock_;
};

namespace detail {
class CompletionState;
}

/// Delivers the result of an asynchronous check, once, from any thread.
///
/// @code
/// health.add_readiness_check("cache", [&](const vitals::CheckContext&, vitals::CheckCompletion done) {
///   cache.async_ping([done](bool answered) { done(answered ? CheckResult::pass() : CheckResult::fail("no answer"));
///   });
/// });
/// @endcode
///
/// Copies share one result: the first call counts, later ones are ignored. If the last copy is destroyed without being
/// called, the run fails. May outlive the check, the Runner and the registry.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class VITALS_EXPORT CheckCompletion {
 public:
  explicit CheckCompletion(std::shared_ptr<detail::CompletionState> state) noexcept : state_{std::move(state)} {}

  void operator()(CheckResult result) const noexcept;

 private:
  std::shared_ptr<detail::CompletionState> state_;
};

/// What a check may return: nothing (it throws to fail), bool, CheckResult, std::error_code, or a class that converts
/// to std::error_code. Not int: its zero could mean success or failure.
// clang-format off
template <class T>
concept CheckOutcome = std::is_void_v<T> ||
                       std::same_as<std::remove_cvref_t<T>, bool> ||
                       std::same_as<std::remove_cvref_t<T>, CheckResult> ||
                       std::same_as<std::remove_cvref_t<T>, std::error_code> ||
                       (std::is_class_v<std::remove_cvref_t<T>> && std::convertible_to<T, std::error_code>);
// clang-format on

/// `f(const CheckContext&)`; preferred if several forms fit.
template <class F>
concept ContextCheck = std::invocable<F&, const CheckContext&>;

/// `f()`; the second choice.
template <class F>
concept PlainCheck = !ContextCheck<F> && std::invocable<F&>;

/// `f(const CheckContext&, CheckCompletion)`; the last choice. It returns void.
template <class F>
concept AsyncCheck = !ContextCheck<F> && !PlainCheck<F> && std::invocable<F&, const CheckContext&, CheckCompletion>;

/// Every callable that can be registered as a check.
template <class F>
concept CheckCallable = ContextCheck<F> || PlainCheck<F> || AsyncCheck<F>;

/// Whether a check is known to call another system: then it can't be a liveness check. A class declares it with
/// `using remote_check = void;`, or by a specialisation of this template.
// clang-format off
template <class T>
struct is_remote_check : std::bool_constant<requires { typename T::remote_check; }> {};
// clang-format on
template <class T>
struct is_remote_check<std::reference_wrapper<T>> : is_remote_check<T> {};

namespace detail {

/// A callable of any of the shapes behind one virtual call.
class VITALS_EXPORT CheckBody {
 public:
  explicit CheckBody(bool asynchronous) noexcept : asynchronous_{asynchronous} {}
  CheckBody(const CheckBody&) = delete;
  CheckBody& operator=(const CheckBody&) = delete;
  virtual ~CheckBody();

  /// Only one of the two is called, as asynchronous() says. Both may throw anything.
  virtual CheckResult run(const CheckContext& context);
  virtual void start(const CheckContext& context, CheckCompletion completion);

  [[nodiscard]] bool asynchronous() const noexcept { return asynchronous_; }

 private:
  bool asynchronous_;
};

VITALS_EXPORT CheckResult to_result(bool good);
VITALS_EXPORT CheckResult to_result(std::error_code error);
inline CheckResult to_result(CheckResult result) { return result; }

template <class Call>
CheckResult outcome_of(Call&& call) {
  using Outcome = std::invoke_result_t<Call>;
  if constexpr (std::is_void_v<Outcome>) {
    call();
    return CheckResult::pass();
  } else if constexpr (std::same_as<std::remove_cvref_t<Outcome>, bool> ||
                       std::same_as<std::remove_cvref_t<Outcome>, CheckResult>) {
    return to_result(call());
  } else {
    return to_result(static_cast<std::error_code>(call()));
  }
}

/// Delivers what `call` returns or throws; also if it ends its thread.
VITALS_EXPORT void complete_with(const CheckCompletion& done, const std::function<CheckResult()>& call);

template <class F>
class SyncBody final : public CheckBody {
 public:
  template <class G>
  explicit SyncBody(G&& f) : CheckBody{false}, f_(std::forward<G>(f)) {}
  CheckResult run([[maybe_unused]] const CheckContext& context) override {
    if constexpr (ContextCheck<F>)
      return outcome_of([&]() -> decltype(auto) { return std::invoke(f_, context); });
    else
      return outcome_of([&]() -> decltype(auto) { return std::invoke(f_); });
  }

 private:
  F f_;
};

template <class F>
class AsyncBody final : public CheckBody {
 public:
  template <class G>
  explicit AsyncBody(G&& f) : CheckBody{true}, f_(std::forward<G>(f)) {}
  void start(const CheckContext& context, CheckCompletion completion) override {
    std::invoke(f_, context, std::move(completion));
  }

 private:
  F f_;
};

template <class F>
constexpr bool has_check_outcome() {
  if constexpr (ContextCheck<F>)
    return CheckOutcome<std::invoke_result_t<F&, const CheckContext&>>;
  else if constexpr (PlainCheck<F>)
    return CheckOutcome<std::invoke_result_t<F&>>;
  else if constexpr (AsyncCheck<F>)
    return std::is_void_v<std::invoke_result_t<F&, const CheckContext&, CheckCompletion>>;
  else
    return true;
}

/// What a call of the check returns; void if it can't be called without a CheckCompletion.
template <class F>
auto returned_by() {
  if constexpr (ContextCheck<F>)
    return std::type_identity<std::remove_cvref_t<std::invoke_result_t<F&, const CheckContext&>>>{};
  else if constexpr (PlainCheck<F>)
    return std::type_identity<std::remove_cvref_t<std::invoke_result_t<F&>>>{};
  else
    return std::type_identity<void>{};
}

/// Such as boost::asio::awaitable.
template <class T>
concept Awaitable = requires(const T& awaitable) {
  awaitable.await_ready();
}
|| requires { typename T::promise_type; };

/// Null if the callable is empty: the caller refuses that.
template <class Callable>
std::shared_ptr<CheckBody> make_check_body(Callable&& callable) {
  using F = std::decay_t<Callable>;
  constexpr bool is_coroutine = Awaitable<typename decltype(returned_by<F>())::type>;
  static_assert(!is_coroutine,
                "vitals: this check is a coroutine: register vitals::run_on(executor, coroutine), from "
                "<vitals/asio.hpp>");
  static_assert(CheckCallable<F>,
                "vitals: a check is called as f(), f(const CheckContext&) or f(const CheckContext&, CheckCompletion)");
  static_assert(is_coroutine || has_check_outcome<F>(),
                "vitals: a check returns void, bool, std::error_code or vitals::CheckResult; one that takes a "
                "CheckCompletion returns void");
  if constexpr (!CheckCallable<F> || !has_check_outcome<F>())
    return nullptr;
  else if (holds_nothing<F>(callable))
    return nullptr;
  else if constexpr (AsyncCheck<F>)
    return std::make_shared<AsyncBody<F>>(std::forward<Callable>(callable));
  else
    return std::make_shared<SyncBody<F>>(std::forward<Callable>(callable));
}

}  // namespace detail
}  // namespace vitals::inline v1

#endif
