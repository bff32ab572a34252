#include "http/user_calls.hpp"

#include <string_view>
#include <utility>

namespace vitals::inline v1 {
namespace detail {

UserCall::UserCall(const HttpRequest& request, Question the_question)
    : question{std::move(the_question)},
      method_{std::string_view{request.method}},
      target_{std::string_view{request.target}},
      accept_{std::string_view{request.accept}},
      authorization_{std::string_view{request.authorization}},
      remote_address_{std::string_view{request.remote_address}} {}

HttpRequest UserCall::request() const noexcept {
  return {.method = method_,
          .target = target_,
          .accept = accept_,
          .authorization = authorization_,
          .remote_address = remote_address_};
}

void UserCall::set_outcome(Outcome outcome) {
  const std::lock_guard lock{mutex_};
  std::swap(outcome_, outcome);
}

auto UserCall::outcome() const -> Outcome {
  const std::lock_guard lock{mutex_};
  return outcome_;
}

void UserCalls::make(std::weak_ptr<UserCall> call, const Make& make) {
  std::unique_lock lock{mutex_};
  while (!waiting_.empty() && waiting_.front().expired()) waiting_.pop_front();
  waiting_.push_back(std::move(call));
  if (in_call_) return;
  in_call_ = true;
  try {
    while (!waiting_.empty()) {
      const auto next = waiting_.front().lock();
      waiting_.pop_front();
      lock.unlock();
      if (next) make(*next);
      lock.lock();
    }
  } catch (...) {  // the call ends this thread
    lock.lock();
    in_call_ = false;
    throw;
  }
  in_call_ = false;
}

}  // namespace detail
}  // namespace vitals::inline v1
