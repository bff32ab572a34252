#include "http/answers.hpp"

#include <string_view>
#include <utility>

#include "core/base/text.hpp"
#include "core/model/snapshot.hpp"
#include "core/state/probes.hpp"
#include "http/json_writer.hpp"
#include "http/negotiation.hpp"
#include "http/origin.hpp"
#include "http/target.hpp"
#include "http/text_writer.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

/// An answer about all probes is always JSON.
Format format_of(const HttpRequest& request, const PathMatch& match, std::string_view query) noexcept {
  if (const auto json = accepted_json(request.accept)) return *json;
  if (!match.probe) return Format::health_json;
  return has_parameter(query, "verbose") ? Format::verbose_text : Format::text;
}

std::string body_of(const Route& route, const Snapshot& snapshot, const ServiceInfo& service, Callers details) {
  switch (route.format) {
    case Format::text: return std::string{verdict(snapshot.standing.worst)};
    case Format::verbose_text: return verbose_text(snapshot.of(route.probe.value()), details);
    case Format::health_json:
    case Format::json:
      return route.probe ? health_json(snapshot.of(*route.probe), details) : health_json(snapshot, service, details);
  }
  return {};
}

std::string body_of(const Route& route, const CheckReport& check, WallTime time, Callers details) {
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
    : state_{std::move(state)},
      paths_{options},
      details_{options.details},
      allow_origin_{valid_origin(std::move(options.allow_origin))} {
  if (!options.readiness_paths.empty()) first_readiness_path_ = *options.readiness_paths.begin();
}

Answers::~Answers() = default;

std::optional<Route> Answers::route(const HttpRequest& request) const {
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

std::optional<Route> Answers::server_route(const HttpRequest& request) const {
  const bool is_about_all = std::string_view{request.target} == "*" && method_of(request.method) == Method::options;
  if (!is_about_all) return route(request);
  return route({.method = request.method, .target = first_readiness_path_, .accept = request.accept});
}

Answers::Begun Answers::begin_runs(const Route& route, std::function<void()> ready) const {
  if (route.one_check && route.check.empty()) return {.answer = not_found_answer(route.method, origin_for(route))};
  auto asked = ask(*state_, route.probes(), route.check, std::move(ready));
  if (asked.wait) return {.wait = std::move(asked.wait)};
  return {.answer = asked.check ? answer_of(route, asked.check) : answer(route)};
}

void Answers::cancel(const std::shared_ptr<Wait>& wait) const noexcept {
  if (wait) detail::cancel(*state_, wait);
}

std::optional<Answer> Answers::at_hand(const Route& route) const {
  if (route.method == Method::other) return method_not_allowed_answer(origin_for(route));
  if (route.one_check) return std::nullopt;
  auto body = kept_.find(route);
  if (!body || !still_holds(route, body->version)) return std::nullopt;
  return answer_with(route, std::move(body));
}

Answer Answers::answer(const Route& route) const {
  if (auto known = at_hand(route)) return *std::move(known);
  if (route.one_check) return answer_of(route, detail::snapshot(*state_, route.probes(), route.check));
  Effects effects{*state_};  // they fire after renew() has returned, when no thread waits for the body any more
  return answer_with(route, kept_.renew(route, [&] { return write(route, effects); }));
}

bool Answers::still_holds(const Route& route, std::uint64_t version) const noexcept {
  return state_->still_holds(route.probes(), version);
}

bool Answers::draining() const noexcept { return state_->draining.load(std::memory_order_relaxed); }

bool Answers::in_another_process() const noexcept { return state_->in_another_process(); }

void Answers::post(Tasks task) const noexcept { detail::post(*state_, Lane::answers, std::move(task)); }

std::shared_ptr<const KeptBody> Answers::write(const Route& route, Effects& effects) const {
  const auto snapshot = route.format == Format::text  // its cost doesn't grow with the number of checks
                            ? Snapshot{.standing = detail::standing(*state_, route.probes(), effects)}
                            : detail::snapshot(*state_, route.probes(), effects);
  const auto& standing = snapshot.standing;
  return std::make_shared<const KeptBody>(
      KeptBody{standing.worst, body_of(route, snapshot, state_->options.service, details_), standing.version});
}

Answer Answers::answer_of(const Route& route, const std::optional<CheckSnapshot>& snapshot) const {
  if (!snapshot) return not_found_answer(route.method, origin_for(route));
  const auto& [check, time] = *snapshot;
  auto body = std::make_shared<const std::string>(body_of(route, check, time, details_));
  const std::string_view text = *body;
  return status_answer(route, check.status, text, std::move(body), origin_for(route));
}

Answer Answers::answer_with(const Route& route, std::shared_ptr<const KeptBody> body) const {
  const auto status = body->status;
  const auto version = body->version;
  const std::string_view text = body->body;
  auto answer = status_answer(route, status, text, std::move(body), origin_for(route));
  answer.version = version;
  return answer;
}

std::string_view Answers::origin_for(const Route& route) const noexcept {
  return route.probe ? std::string_view{} : allow_origin_;
}

}  // namespace detail
}  // namespace vitals::inline v1
