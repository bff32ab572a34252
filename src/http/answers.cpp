#include "http/answers.hpp"

#include <utility>

#include "core/registry_state.hpp"
#include "core/snapshot.hpp"
#include "core/text.hpp"
#include "http/json_writer.hpp"
#include "http/negotiation.hpp"
#include "http/target.hpp"
#include "http/text_writer.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

/// What is asked about all probes is always answered as JSON.
Format format_of(const Request& request, const PathMatch& match, std::string_view query) noexcept {
  if (const auto json = accepted_json(request.accept)) return *json;
  if (!match.probe) return Format::health_json;
  return has_parameter(query, "verbose") ? Format::verbose_text : Format::text;
}

std::string body_of(const Route& route, const Snapshot& snapshot, Details details) {
  switch (route.format) {
    case Format::text: return std::string{verdict(snapshot.standing.worst)};
    case Format::verbose_text: return verbose_text(snapshot.of(route.probe.value()), details);
    case Format::health_json:
    case Format::json:
      return route.probe ? health_json(snapshot.of(*route.probe), details) : health_json(snapshot, details);
  }
  return {};
}

std::string body_of(const Route& route, const CheckReport& check, WallTime time, Details details) {
  switch (route.format) {
    case Format::text: return std::string{verdict(check.status)};
    case Format::verbose_text: return verbose_text(check, details);
    case Format::health_json:
    case Format::json: return health_json(check, time, !route.probe, details);
  }
  return {};
}

}  // namespace

Answers::Answers(std::shared_ptr<RegistryState> state, EndpointOptions options)
    : state_{std::move(state)}, paths_{options}, details_{options.details} {}

Answers::~Answers() = default;

std::optional<Route> Answers::route(const Request& request) const {
  const Target target = parse_target(request.target);
  const auto match = paths_.find(target.path);
  if (!match) return std::nullopt;
  Route route;
  route.probe = match->probe;
  route.one_check = match->check.has_value();
  if (route.one_check && is_name(*match->check)) route.check = *match->check;
  route.method = method_of(request.method);
  route.format = format_of(request, *match, target.query);
  return route;
}

std::shared_ptr<Wait> Answers::prepare(const Route& route, std::function<void()> ready) const {
  if (route.method == Method::other) return nullptr;
  if (route.one_check) {
    const auto probe = probe_of_check(route);
    return probe ? state_->ask(ProbeSet::of(*probe), route.check, std::move(ready)) : nullptr;
  }
  return state_->ask(route.probes(), {}, std::move(ready));
}

void Answers::cancel(const std::shared_ptr<Wait>& wait) const noexcept {
  if (wait) state_->cancel(wait);
}

std::optional<Answer> Answers::at_hand(const Route& route) const {
  if (route.method == Method::other) return method_not_allowed_answer();
  if (route.one_check) return std::nullopt;
  auto body = kept_.find(route);
  if (!body || !state_->still_holds(body->version, body->valid_until)) return std::nullopt;
  return answer_with(route, std::move(body));
}

Answer Answers::answer(const Route& route) const {
  if (auto known = at_hand(route)) return *std::move(known);
  if (route.one_check) return answer_one_check(route);
  Afterwards afterwards;  // not while others may wait for the body
  return answer_with(route, kept_.renew(route, [&] { return write(route, afterwards); }));
}

bool Answers::draining() const noexcept { return state_->draining(); }

void Answers::post(std::function<void()> task) const { state_->post_answer(std::move(task)); }

std::optional<Probe> Answers::probe_of_check(const Route& route) const {
  const auto probe = state_->probe_of(route.check);
  return !route.probe || probe == route.probe ? probe : std::nullopt;
}

std::shared_ptr<const KeptBody> Answers::write(const Route& route, Afterwards& afterwards) const {
  const auto snapshot = route.format == Format::text  // whatever the number of checks is
                            ? Snapshot{.standing = state_->standing(route.probes(), afterwards)}
                            : state_->snapshot(route.probes(), afterwards);
  const auto& standing = snapshot.standing;
  return std::make_shared<const KeptBody>(
      KeptBody{standing.worst, body_of(route, snapshot, details_), standing.version, standing.valid_until});
}

Answer Answers::answer_one_check(const Route& route) const {
  const auto snapshot = probe_of_check(route) ? state_->snapshot(route.check) : std::nullopt;
  if (!snapshot) return not_found_answer(route.method);
  const auto& [check, time] = *snapshot;
  auto body = std::make_shared<const std::string>(body_of(route, check, time, details_));
  const std::string_view text = *body;
  return status_answer(route, check.status, text, std::move(body));
}

Answer Answers::answer_with(const Route& route, std::shared_ptr<const KeptBody> body) {
  const auto status = body->status;
  const std::string_view text = body->body;
  return status_answer(route, status, text, std::move(body));
}

}  // namespace detail
}  // namespace vitals::inline v1
