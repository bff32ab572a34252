#include "http/answers.hpp"

#include <algorithm>
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
    auto attached = resource->attached(state_);
    served_.push_back(std::make_shared<const Served>(attached ? std::move(attached) : std::move(resource), callers));
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
  Question question{.served = &served,
                    .method = method_of(request.method),
                    .sight = std::min(access_.sight_of(caller), served.resource->finest())};
  question.one_check = match->check.has_value();
  if (question.one_check && question.sight != Sight::counts && is_name(*match->check)) question.check = *match->check;
  served.resource->read({.query = target.query, .accept = request.accept}, question);
  question.call = served.resource->call_for(request, question);
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

// A handler is called at once, a renderer once the runs that it shows have ended; a fifth of the time is left to it.
// Without a Runner the code is called here.
Answers::Begun Answers::begin_call(const Question& question, std::function<void()> ready) const {
  const auto& call = question.call;
  call->prepare(*state_);
  call->wait = begin_wait(*state_, std::move(ready));
  try {
    const auto post = [state = state_.get(), waiting = std::weak_ptr{call}] {
      if (const auto in_time = waiting.lock()) in_time->post(*state);
    };
    const Asking runs{.probes = question.served->resource->needs(), .reserve = state_->options.answer_budget / 5};
    const bool waits = runs.probes != ProbeSet{} && ask(*state_, runs, post).wait;
    if (!call->wait)
      call->make(*state_);
    else if (!waits)
      call->post(*state_);
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

}  // namespace detail
}  // namespace vitals::inline v1
