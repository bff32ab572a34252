#include "http/delivery.hpp"

#include <string_view>
#include <utility>

#include <vitals/process_owner.hpp>

#include "core/base/user_code.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

/// A bare 503 if there is no memory for the answer.
HttpResponse answer_or_503(const Answers& answers, const Question& question) noexcept {
  try {
    return to_response(answers.answer(question));
  } catch (...) {
    return {};
  }
}

}  // namespace

Delivery::Delivery(std::shared_ptr<const Answers> answers, Question question, Done done)
    : answers_{std::move(answers)}, question_{std::move(question)}, done_{std::move(done)} {}

void Delivery::deliver() {
  if (!settled_.load(std::memory_order_acquire)) deliver(answer_or_503(*answers_, question_));
}

void Delivery::deliver(HttpResponse response) {
  if (!settle()) return;
  question_.call = nullptr;  // the caller may keep its half for long
  // Moved out, so that what `done` owns is destroyed after this call, even if this object lives on.
  const Done done = std::exchange(done_, nullptr);
  call(done, std::move(response));
}

void Delivery::post() noexcept {
  self_ = shared_from_this();
  task_.front() = [this] {  // so small that std::function allocates nothing
    const auto self = std::move(self_);
    deliver();
  };
  answers_->post(std::move(task_));
}

bool Delivery::cancel() noexcept {
  if (!settle()) return false;
  done_ = nullptr;
  return true;
}

PendingAnswer::PendingAnswer(std::shared_ptr<const Answers> answers, std::shared_ptr<Delivery> delivery) noexcept
    : answers_{std::move(answers)}, delivery_{std::move(delivery)} {}

PendingAnswer::~PendingAnswer() {
  if (wait_ && answers_->in_another_process())  // the parent may still deliver it
    leak(std::move(delivery_));
  else if (delivery_->cancel())
    answers_->cancel(wait_);
}

void call(const Delivery::Done& done, std::optional<HttpResponse> response) {
  call_user_code([&] { done(std::move(response)); }, [](std::string_view) {});
}

}  // namespace detail
}  // namespace vitals::inline v1
