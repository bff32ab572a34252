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

/// How a check runs and what its results amount to. Durations are validated when the check is registered.
struct CheckOptions {
  /// How long a run may take before it counts as failed, 1 ms to 1 h. A run that takes longer goes on, but nobody waits
  /// for it. With on_demand it may not exceed the registry's answer budget.
  Duration timeout = std::chrono::milliseconds{500};
  /// When the check runs.
  Schedule schedule = on_demand();
  /// Failures in a row, 1 to 1000, that turn a check that has been good into a failed one.
  int failure_threshold = 1;
  /// Successes (pass or warn) in a row, 1 to 1000, that turn a failed check that has been good before into a good one.
  int success_threshold = 1;
  /// False: its failure makes the probe warn (200) and not fail (503).
  bool critical = true;
  /// Failures within this time from the end of the last success count as warn, 0 (off) to 24 h.
  Duration last_known_good_for = Duration::zero();
  /// A result older than this is a failure, at most 7 days; none: three intervals and the timeout for `every`, 30 s for
  /// `on_demand`. It must exceed the interval and the timeout together, or the maximum age.
  std::optional<Duration> stale_after = std::nullopt;

  friend bool operator==(const CheckOptions& a, const CheckOptions& b) noexcept = default;
};

/// What a run may know of itself: how long it may take and whether its result is still wanted.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class VITALS_EXPORT CheckContext {
 public:
  CheckContext(std::stop_token stop_token, SteadyTime deadline, Clock clock = {}) noexcept
      : stop_token_{std::move(stop_token)}, deadline_{deadline}, clock_{std::move(clock)} {}

  /// Requested when the run overruns its timeout, at shutdown, and when the check, its Runner or its registry goes.
  [[nodiscard]] const std::stop_token& stop_token() const noexcept { return stop_token_; }
  /// When the run counts as overdue, by the registry's clock.
  [[nodiscard]] SteadyTime deadline() const noexcept { return deadline_; }
  /// The time until then, rounded down; zero once it has passed.
  [[nodiscard]] std::chrono::milliseconds remaining() const noexcept;

 private:
  std::stop_token stop_token_;
  SteadyTime deadline_;
  Clock clock_;
};

namespace detail {
class CompletionState;
}

/// Hands in the result of an asynchronous check, once, from any thread.
///
/// @code
/// health.add_readiness_check("cache", [&](const vitals::CheckContext&, vitals::CheckCompletion done) {
///   cache.async_ping([done](bool answered) { done(answered ? CheckResult::pass() : CheckResult::fail("no answer"));
///   });
/// });
/// @endcode
///
/// Copies share the one result: the first call counts, later ones are ignored. If the last copy goes without a call,
/// the run has failed. It may outlive the check, the Runner and the registry.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class VITALS_EXPORT CheckCompletion {
 public:
  explicit CheckCompletion(std::shared_ptr<detail::CompletionState> state) noexcept : state_{std::move(state)} {}

  void operator()(CheckResult result) const noexcept;

 private:
  std::shared_ptr<detail::CompletionState> state_;
};

/// What a check may return: nothing (it throws to fail), a bool, a CheckResult, a std::error_code or a class type that
/// converts to one. An int isn't taken: nobody can tell whether its zero is good.
// clang-format off
template <class T>
concept CheckOutcome = std::is_void_v<T> ||
                       std::same_as<std::remove_cvref_t<T>, bool> ||
                       std::same_as<std::remove_cvref_t<T>, CheckResult> ||
                       std::same_as<std::remove_cvref_t<T>, std::error_code> ||
                       (std::is_class_v<std::remove_cvref_t<T>> && std::convertible_to<T, std::error_code>);
// clang-format on

/// `f(const CheckContext&)`; the form that is taken first where several fit.
template <class F>
concept ContextCheck = std::invocable<F&, const CheckContext&>;

/// `f()`; taken second.
template <class F>
concept PlainCheck = !ContextCheck<F> && std::invocable<F&>;

/// `f(const CheckContext&, CheckCompletion)`; taken only if neither of the others fits, and then it returns void.
template <class F>
concept AsyncCheck = !ContextCheck<F> && !PlainCheck<F> && std::invocable<F&, const CheckContext&, CheckCompletion>;

/// Everything that can be registered as a check, apart from Heartbeat and StatusFlag.
template <class F>
concept CheckCallable = ContextCheck<F> || PlainCheck<F> || AsyncCheck<F>;

/// True for checks that are known to ask another system: the ready-made ones, and those that say so. Such a check can't
/// be a liveness check: see add_liveness_check(). A class says so itself with `using remote_check = void;`, or this
/// template is specialised for it.
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

/// Hands in what `call` returns or throws; also that it ends its thread.
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

/// Null if the callable is empty: whoever registers it refuses that.
template <class Callable>
std::shared_ptr<CheckBody> make_check_body(Callable&& callable) {
  using F = std::decay_t<Callable>;
  static_assert(CheckCallable<F>,
                "vitals: a check is called as f(), f(const CheckContext&) or f(const CheckContext&, CheckCompletion)");
  static_assert(has_check_outcome<F>(),
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
