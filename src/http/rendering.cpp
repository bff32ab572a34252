#include "http/rendering.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "core/base/user_code.hpp"
#include "core/state/jobs.hpp"
#include "core/state/probes.hpp"
#include "http/handler_resource.hpp"
#include "http/served.hpp"
#include "http/view.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

View view_for(RegistryState& state, const Question& question, Effects& effects) {
  const auto& resource = *question.served->resource;
  if (!resource.needs_reports(question))
    return {.snapshot = {.standing = standing(state, resource.shows(), effects)}, .sight = question.sight};
  return view_of(snapshot(state, resource.shows(), effects), question.sight, state.options.service);
}

std::shared_ptr<const KeptBody> body_of(const View& view, Rendered rendered) {
  const auto& standing = view.snapshot.standing;
  return std::make_shared<const KeptBody>(KeptBody{standing.worst, std::move(rendered), standing.version});
}

/// A renderer is called without a lock, and its body is kept afterwards.
UserCall::Outcome call_renderer(RegistryState& state, const Question& question) {
  const auto& served = *question.served;
  if (auto body = served.kept.find(question); body && state.still_holds(served.resource->shows(), body->version))
    return {.body = std::move(body)};
  Effects effects{state};
  const auto view = view_for(state, question, effects);
  std::optional<Rendered> rendered;
  call_user_code([&] { rendered = served.resource->write(view, question); }, [](std::string_view) {});
  if (!rendered || !is_allowed(*rendered)) return {.answer = internal_error_answer(question.method)};
  auto body = body_of(view, *std::move(rendered));
  served.kept.keep(question, body);
  return {.body = std::move(body)};
}

UserCall::Outcome call_code(RegistryState& state, const UserCall& call) {
  const auto* const handler = call.question.served->resource->handler();
  if (handler == nullptr) return call_renderer(state, call.question);
  return {.answer = answer_of(*handler, call.request(), call.question.method)};
}

}  // namespace

std::shared_ptr<const KeptBody> write_body(RegistryState& state, const Question& question, Effects& effects) {
  const auto view = view_for(state, question, effects);
  return body_of(view, question.served->resource->write(view, question));
}

// The job owns what the code needs, since it may run when the server has stopped.
void prepare_call(RegistryState& state, const std::shared_ptr<UserCall>& call) {
  call->job.front() = [state = &state, served = call->question.served->shared_from_this(),
                       waiting = std::weak_ptr{call}] {
    served->calls.make(waiting, [&](UserCall& next) {
      call_and_catch([&] { next.set_outcome(call_code(*state, next)); }, [](std::string_view) {});
      if (next.wait) end_wait(*state, next.wait);
    });
  };
}

}  // namespace detail
}  // namespace vitals::inline v1
