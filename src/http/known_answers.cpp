// What usual requests go through: answers whose body is known.

#include <string_view>
#include <utility>

#include "core/state/registry_state.hpp"
#include "http/answers.hpp"
#include "http/served.hpp"

namespace vitals::inline v1 {
namespace detail {

std::optional<Answer> Answers::at_hand(const Question& question) const {
  if (question.method == Method::other) return finished(question, method_not_allowed_answer());
  if (question.one_check && question.check.empty()) return finished(question, not_found_answer(question.method));
  if (question.one_check || !question.excluded.empty()) return std::nullopt;
  auto body = question.served->kept.find(question);
  if (!body || !still_holds(question, body->version)) return std::nullopt;
  return answer_with(question, std::move(body));
}

bool Answers::still_holds(const Question& question, std::uint64_t version) const noexcept {
  return state_->still_holds(question.served->shows, version);
}

bool Answers::draining() const noexcept { return state_->draining.load(std::memory_order_relaxed); }

Answer Answers::answer_with(const Question& question, std::shared_ptr<const KeptBody> body) const {
  const auto& resource = *question.served->resource;
  const auto& rendered = body->rendered;
  const bool is_readiness = resource.needs() == ProbeSet::of(Probe::readiness);
  return finished(
      question,
      {.status = rendered.status != 0 ? rendered.status : status_of(question, body->status),
       .content_type = rendered.media_type.empty() ? question.media_type : std::string_view{rendered.media_type},
       .prefix = resource.prefix(*state_),
       .body = rendered.body,
       .is_degraded = envoy_headers_ && body->status == Status::warn && resource.needs() != ProbeSet{},
       .fails_immediately = envoy_headers_ && body->status == Status::fail && is_readiness && draining(),
       .headers = resource.headers(question),
       .owner = body,
       .version = question.is_repeatable() && resource.needs() != ProbeSet{} ? body->version : 0});
}

int Answers::status_of(const Question& question, Status status) const noexcept {
  switch (status) {
    case Status::pass: return 200;
    case Status::warn: return question.warn_status;
    case Status::fail: break;
  }
  const bool is_readiness = !question.one_check && question.served->resource->needs() == ProbeSet::of(Probe::readiness);
  return is_readiness && not_found_while_draining_ && draining() ? 404 : 503;
}

Answer Answers::finished(const Question& question, Answer answer) const {
  answer.to_head = question.method == Method::head;
  if (answer.status != 405) answer.has_allow = question.method == Method::options;
  if (question.served->resource->is_for_other_origins()) answer.allow_origin = allow_origin_;
  answer.subject = question.served->resource->subject();
  return answer;
}

}  // namespace detail
}  // namespace vitals::inline v1
