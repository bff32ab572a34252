#include "http/rendering.hpp"

#include <utility>

#include "core/state/probes.hpp"
#include "http/served.hpp"
#include "http/view.hpp"

namespace vitals::inline v1 {
namespace detail {

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

std::shared_ptr<const KeptBody> write_body(RegistryState& state, const Question& question, Effects& effects) {
  const auto view = view_for(state, question, effects);
  return body_of(view, question.served->resource->write(view, question));
}

}  // namespace detail
}  // namespace vitals::inline v1
