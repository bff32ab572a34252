#include "http/probe_resource.hpp"

#include <string>

#include "http/json_writer.hpp"
#include "http/negotiation.hpp"
#include "http/target.hpp"
#include "http/text_writer.hpp"

namespace vitals::inline v1 {
namespace detail {

// Both JSON types have the same body. An answer about all probes is always JSON.
void ProbeResource::read(const Wish& wish, Question& question) const {
  question.warn_status = warn_status_of(wish.query);
  const auto json_type = accepted_json(wish.accept);
  if (json_type || !probe_) {
    question.variant = json;
    question.media_type = json_type.value_or(health_json_type);
  } else if (has_parameter(wish.query, "verbose")) {
    question.variant = verbose;
  }
}

bool ProbeResource::needs_reports(const Question& question) const noexcept { return question.variant != terse; }

Rendered ProbeResource::write(const View& view, const Question& question) const {
  Rendered rendered{.media_type = {}};
  switch (question.variant) {
    case terse: rendered.body = verdict(view.snapshot.standing.worst); break;
    case verbose: rendered.body = verbose_text(view, probe_.value()); break;
    default: rendered.body = probe_ ? health_json(view, *probe_) : health_json(view);
  }
  return rendered;
}

Rendered ProbeResource::write(const CheckReport& check, WallTime time, const Question& question) const {
  Rendered rendered{.media_type = {}};
  switch (question.variant) {
    case terse: rendered.body = verdict(check.status); break;
    case verbose: rendered.body = verbose_text(check, question.sight); break;
    default: rendered.body = health_json(check, time, !probe_, question.sight);
  }
  return rendered;
}

}  // namespace detail
}  // namespace vitals::inline v1
