#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include <vitals/check.hpp>

#include "core/completion.hpp"
#include "core/registry_state.hpp"

namespace vitals::inline v1 {

std::chrono::milliseconds CheckContext::remaining() const noexcept {
  const auto left = std::max(deadline_ - clock_.steady_now(), Duration::zero());
  return std::chrono::floor<std::chrono::milliseconds>(left);
}

void CheckCompletion::operator()(CheckResult result) const noexcept {
  if (state_) state_->complete(std::move(result));
}

namespace detail {

CheckBody::~CheckBody() = default;

CheckResult CheckBody::run(const CheckContext&) { return {}; }

void CheckBody::start(const CheckContext&, CheckCompletion) {}

CheckResult to_result(bool good) { return good ? CheckResult::pass() : CheckResult::fail("the check returned false"); }

CheckResult to_result(std::error_code error) {
  if (!error) return CheckResult::pass();
  return CheckResult::fail(error.message() + " (" + error.category().name() + ":" + std::to_string(error.value()) +
                           ")");
}

CompletionState::~CompletionState() { complete(CheckResult::fail("the completion was dropped")); }

void CompletionState::complete(CheckResult result) noexcept {
  if (done_.exchange(true)) return;
  const auto state = state_.lock();
  const auto entry = entry_.lock();
  if (state && entry) state->complete(entry, run_, std::move(result));
}

}  // namespace detail
}  // namespace vitals::inline v1
