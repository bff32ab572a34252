#include "http/answers.hpp"

#include <string_view>
#include <utility>

#include "core/base/text.hpp"
#include "core/model/snapshot.hpp"
#include "core/state/jobs.hpp"
#include "core/state/probes.hpp"
#include "http/origin.hpp"
#include "http/probe_resource.hpp"
#include "http/rendering.hpp"
#include "http/served.hpp"
#include "http/target.hpp"

namespace vitals::inline v1 {
namespace detail {

ProbeSet needs_of(const Question& question) noexcept { return question.served->resource->needs(); }

Answers::Answers(std::shared_ptr<RegistryState> state, EndpointOptions options, const HttpRoutes& of_server)
    : state_{std::move(state)},
      access_{options, of_server},
      paths_{options, of_server},
      allow_origin_{valid_origin(std::move(options.allow_origin))},
      envoy_headers_{options.envoy_headers},
      not_found_while_draining_{options.not_found_while_draining} {
  const auto serve = [&](std::shared_ptr<const Resource> resource, Callers callers) {
    served_.push_back(std::make_shared<const Served>(std::move(resource), callers));
  };
  for (const std::optional<Probe> probe : {std::optional{Probe::liveness}, std::optional{Probe::readiness},
                                           std::optional{Probe::startup}, std::optional<Probe>{}})
    serve(std::make_shared<ProbeResource>(probe), Callers::anyone);
  for (const HttpRoutes* routes : {&std::as_const(options.routes), &of_server})
    for (const auto& route : *routes) serve(route.resource(), route.callers());
  if (!options.readiness_paths.empty()) first_readiness_path_ = *options.readiness_paths.begin();
}

Answers::~Answers() = default;

std::optional<Question> Answers::question(const HttpRequest& request) const {
  const Target target = parse_target(request.target);
  const auto match = paths_.find(target.path);
  if (!match) return std::nullopt;
  const auto& served = *served_[match->target];
  const auto caller = access_.caller_of(request);
  if (!includes(served.callers, caller)) return std::nullopt;
  Question question{.served = &served, .method = method_of(request.method), .sight = access_.sight_of(caller)};
  question.one_check = match->check.has_value();
  if (question.one_check && question.sight != Sight::counts && is_name(*match->check)) question.check = *match->check;
  served.resource->read({.query = target.query, .accept = request.accept}, question);
  if (served.resource->handler() != nullptr || served.resource->is_user_code())
    question.call = std::make_shared<UserCall>(request, question);
  return question;
}

std::optional<Question> Answers::server_question(const HttpRequest& request) const {
  const bool is_about_all = std::string_view{request.target} == "*" && method_of(request.method) == Method::options;
  if (!is_about_all) return question(request);
  auto about_readiness = request;
  about_readiness.target = first_readiness_path_;
  return question(about_readiness);
}

Answers::Begun Answers::begin_runs(const Question& question, std::function<void()> ready) const {
  if (question.call) return begin_call(question, std::move(ready));
  const auto needs = question.served->resource->needs();
  if (needs == ProbeSet{}) return {.answer = answer(question)};
  auto asked =
      ask(*state_, {.probes = needs, .check = question.check, .excluded = question.excluded}, std::move(ready));
  if (asked.wait) return {.wait = std::move(asked.wait)};
  return {.answer = asked.check ? answer_of(question, asked.check) : answer(question)};
}

// A renderer is called once the runs that it shows have ended, a handler at once.
Answers::Begun Answers::begin_call(const Question& question, std::function<void()> ready) const {
  const auto& call = question.call;
  prepare_call(*state_, call);
  call->wait = begin_wait(*state_, std::move(ready));
  try {
    const auto post = [state = state_.get(), waiting = std::weak_ptr{call}] {
      if (const auto in_time = waiting.lock()) post_job(*state, std::move(in_time->job));
    };
    const auto needs = question.served->resource->needs();
    if (needs == ProbeSet{} || !ask(*state_, {.probes = needs}, post).wait) post();
  } catch (...) {
    cancel(call->wait);
    throw;
  }
  if (call->wait) return {.wait = call->wait};
  return {.answer = outcome_of(question)};
}

void Answers::cancel(const std::shared_ptr<Wait>& wait) const noexcept {
  if (wait) detail::cancel(*state_, wait);
}

std::optional<Answer> Answers::at_hand(const Question& question) const {
  if (question.method == Method::other) return finished(question, method_not_allowed_answer());
  if (question.one_check && question.check.empty()) return finished(question, not_found_answer(question.method));
  if (question.one_check || !question.excluded.empty()) return std::nullopt;
  auto body = question.served->kept.find(question);
  if (!body || !still_holds(question, body->version)) return std::nullopt;
  return answer_with(question, std::move(body));
}

Answer Answers::answer(const Question& question) const {
  if (question.call) return outcome_of(question);
  if (auto known = at_hand(question)) return *std::move(known);
  const auto& served = *question.served;
  if (question.one_check)
    return answer_of(question, detail::snapshot(*state_, served.resource->needs(), question.check));
  Effects effects{*state_};  // they fire after renew() has returned, when no thread waits for the body any more
  const auto write = [&] { return write_body(*state_, question, effects); };
  if (!question.excluded.empty()) return answer_with(question, write());
  return answer_with(question, served.kept.renew(question, write, served.resource->may_lag()));
}

Answer Answers::outcome_of(const Question& question) const {
  auto outcome = question.call->outcome();
  if (outcome.body) return answer_with(question, std::move(outcome.body));
  if (outcome.answer) return *std::move(outcome.answer);
  return finished(question, {.body = "Service Unavailable"});
}

bool Answers::still_holds(const Question& question, std::uint64_t version) const noexcept {
  return state_->still_holds(question.served->shows, version);
}

bool Answers::draining() const noexcept { return state_->draining.load(std::memory_order_relaxed); }

bool Answers::in_another_process() const noexcept { return state_->in_another_process(); }

void Answers::post(Tasks task) const noexcept { detail::post(*state_, Lane::answers, std::move(task)); }

Answer Answers::answer_of(const Question& question, const std::optional<CheckSnapshot>& snapshot) const {
  if (!snapshot) return finished(question, not_found_answer(question.method));
  const auto check = shown(snapshot->check, question.sight);
  const auto rendered =
      std::make_shared<const Rendered>(question.served->resource->write(check, snapshot->time, question));
  return finished(question, {.status = rendered->status != 0 ? rendered->status : status_of(question, check.status),
                             .content_type = question.media_type,
                             .body = rendered->body,
                             .owner = rendered});
}

Answer Answers::answer_with(const Question& question, std::shared_ptr<const KeptBody> body) const {
  const auto& resource = *question.served->resource;
  const auto& rendered = body->rendered;
  const bool is_about_readiness = resource.needs().contains(Probe::readiness);
  return finished(
      question,
      {.status = rendered.status != 0 ? rendered.status : status_of(question, body->status),
       .content_type = rendered.media_type.empty() ? question.media_type : std::string_view{rendered.media_type},
       .prefix = resource.prefix(*state_),
       .body = rendered.body,
       .is_degraded = envoy_headers_ && body->status == Status::warn && resource.needs() != ProbeSet{},
       .fails_immediately = envoy_headers_ && body->status == Status::fail && is_about_readiness && draining(),
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
