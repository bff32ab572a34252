#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include <vitals/check.hpp>

#include "core/base/user_code.hpp"
#include "core/state/completion.hpp"
#include "core/state/runs.hpp"

namespace vitals::inline v1 {

std::chrono::milliseconds CheckContext::remaining() const noexcept {
  const auto left = std::max(deadline_ - clock_.steady_now(), Duration::zero());
  return std::chrono::floor<std::chrono::milliseconds>(left);
}

void CheckCompletion::operator()(CheckResult result) const noexcept {
  if (state_) state_->complete(detail::shared_result(std::move(result)));
}

namespace detail {

CheckBody::~CheckBody() = default;

CheckResult CheckBody::run(const CheckContext&) { return {}; }

void CheckBody::start(const CheckContext&, CheckCompletion) {}

CheckResult to_result(bool good) { return good ? CheckResult::pass() : CheckResult::fail("the check returned false"); }

CheckResult to_result(std::error_code error) {
  if (!error) return CheckResult::pass();
  return CheckResult::fail(error.message() + " (" + std::string{std::string_view{Text{error.category().name()}}} + ":" +
                           std::to_string(error.value()) + ")");
}

void complete_with(const CheckCompletion& done, const std::function<CheckResult()>& call) {
  call_user_code([&] { done(call()); }, [&](std::string_view words) { done(CheckResult::fail(words)); });
}

CompletionState::~CompletionState() {
  if (!done_.load()) deliver(shared_failure("the completion was dropped"), true);
}

void CompletionState::complete(SharedResult result) noexcept {
  if (!done_.exchange(true)) deliver(std::move(result), false);
}

void CompletionState::deliver(SharedResult result, bool by_library) noexcept {
  const auto state = state_.lock();
  const auto entry = entry_.lock();
  if (!state || !entry || state->in_another_process()) return;
  if (!by_library) result = redact(*state, *entry, *run_, std::move(result));
  detail::complete(*state, entry, run_, std::move(result));
}

}  // namespace detail
}  // namespace vitals::inline v1
