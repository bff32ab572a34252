#include "http/user_calls.hpp"

#include <string_view>
#include <utility>

#include "core/base/frame.hpp"
#include "core/base/user_code.hpp"
#include "core/state/jobs.hpp"
#include "http/served.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

/// Owns what the code needs, since it may run when the server has stopped.
class RouteJob {
 public:
  RouteJob(std::shared_ptr<const Served> served, RegistryState& state) : served_{std::move(served)}, state_{state} {}
  RouteJob(const RouteJob&) = delete;
  RouteJob& operator=(const RouteJob&) = delete;
  ~RouteJob() {
    if (posted) served_->calls.job_ended();
  }
  void run() {
    served_->calls.run(state_);
    posted = false;  // another job may be posted already
  }

  bool posted = false;

 private:
  std::shared_ptr<const Served> served_;
  RegistryState& state_;
};

}  // namespace

ResourceCall::ResourceCall(const HttpRequest& request, Question the_question, MakeOutcome make_outcome)
    : question{std::move(the_question)},
      method_{std::string_view{request.method}},
      target_{std::string_view{request.target}},
      accept_{std::string_view{request.accept}},
      authorization_{std::string_view{request.authorization}},
      remote_address_{std::string_view{request.remote_address}},
      make_outcome_{make_outcome} {}

void ResourceCall::prepare(RegistryState& state) {
  const auto job = std::make_shared<RouteJob>(question.served->shared_from_this(), state);
  job_.emplace_back([job] { job->run(); });
  place_.push_back(weak_from_this());
  posted_ = &job->posted;
}

void ResourceCall::post(RegistryState& state) noexcept {
  if (!question.served->calls.add(place_)) return;
  *posted_ = true;
  post_job(state, std::move(job_));
}

void ResourceCall::make(RegistryState& state) {
  const Frame frame{&state};
  call_and_catch(
      [&] {
        auto outcome = make_outcome_(state, *this);
        const std::lock_guard lock{mutex_};
        std::swap(outcome_, outcome);
      },
      [](std::string_view) {});
  if (wait) end_wait(state, wait);
}

HttpRequest ResourceCall::request() const noexcept {
  return {.method = method_,
          .target = target_,
          .accept = accept_,
          .authorization = authorization_,
          .remote_address = remote_address_};
}

auto ResourceCall::outcome() const -> Outcome {
  const std::lock_guard lock{mutex_};
  return outcome_;
}

bool UserCalls::add(Place& call) noexcept {
  Place gone;  // destroyed without the lock
  const std::lock_guard lock{mutex_};
  while (!waiting_.empty() && waiting_.front().expired()) gone.splice(gone.end(), waiting_, waiting_.begin());
  if (waiting_.size() < max_waiting) waiting_.splice(waiting_.end(), call);
  return !std::exchange(has_job_, true);
}

std::shared_ptr<ResourceCall> UserCalls::next(RegistryState& state) {
  for (;;) {
    Place first;
    {
      const std::lock_guard lock{mutex_};
      if (waiting_.empty()) {
        has_job_ = false;
        return nullptr;
      }
      first.splice(first.begin(), waiting_, waiting_.begin());
    }
    auto call = first.front().lock();
    if (call && !is_over(state, call->wait)) return call;
  }
}

void UserCalls::run(RegistryState& state) {
  while (const auto call = next(state)) call->make(state);
}

void UserCalls::job_ended() noexcept {
  const std::lock_guard lock{mutex_};
  has_job_ = false;
}

}  // namespace detail
}  // namespace vitals::inline v1
