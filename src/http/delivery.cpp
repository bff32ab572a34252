#include "http/delivery.hpp"

#include <utility>

namespace vitals::inline v1 {
namespace detail {
namespace {

/// An answer that can't be written for want of memory is still an answer: a bare 503.
Response answer_or_503(const Answers& answers, const Route& route) noexcept {
  try {
    return to_response(answers.answer(route));
  } catch (...) {
    return {};
  }
}

}  // namespace

Delivery::Delivery(std::shared_ptr<const Answers> answers, Route route, Done done)
    : answers_{std::move(answers)}, route_{std::move(route)}, done_{std::move(done)} {}

void Delivery::deliver() noexcept {
  if (!settle()) return;
  // Moved out, so that what `done` owns goes with this call, also if somebody keeps this object.
  const Done done = std::exchange(done_, nullptr);
  call(done, answer_or_503(*answers_, route_));
}

void Delivery::post() noexcept {
  try {
    answers_->post([self = shared_from_this()] { self->deliver(); });
  } catch (...) {
    deliver();  // out of memory: late for others, but `done` is called
  }
}

bool Delivery::cancel() noexcept {
  if (!settle()) return false;
  done_ = nullptr;
  return true;
}

PendingAnswer::PendingAnswer(std::shared_ptr<const Answers> answers, std::shared_ptr<Delivery> delivery,
                             std::shared_ptr<Wait> wait) noexcept
    : answers_{std::move(answers)}, delivery_{std::move(delivery)}, wait_{std::move(wait)} {}

PendingAnswer::~PendingAnswer() {
  if (delivery_->cancel()) answers_->cancel(wait_);
}

void call(const Delivery::Done& done, std::optional<Response> response) noexcept {
  try {
    done(std::move(response));
  } catch (...) {
    // Its own trouble: there is nobody here whom it could concern.
  }
}

}  // namespace detail
}  // namespace vitals::inline v1
