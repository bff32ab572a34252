#include "core/options.hpp"

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>

#include "core/base/text.hpp"
#include "core/base/validator.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

using namespace std::chrono_literals;

constexpr int max_threshold = 1000;

Validator check_validator(std::string_view name) {
  if (!is_name(name))
    throw std::invalid_argument{"vitals: check \"" + safe_text(name, 80) +
                                "\": a name is 1 to 64 characters from [a-z0-9._-], the first from [a-z0-9]"};
  return {"check \"" + std::string{name} + "\""};
}

void validate(const Validator& validator, const Schedule& schedule, Duration timeout, Duration answer_budget) {
  if (const auto max_age = schedule.max_age()) {
    validator.in_range("on_demand's max_age", *max_age, 0s, 1h);
    if (timeout > answer_budget)
      validator.refuse("timeout", "of " + spoken(timeout) + " exceeds the answer budget of " + spoken(answer_budget) +
                                      ", which an on_demand check must fit in: use every()");
    return;
  }
  const auto interval = schedule.interval().value();
  validator.in_range("every's interval", interval, 1ms, 24h);
  if (const auto faster = schedule.while_failing()) validator.in_range("every's while_failing", *faster, 1ms, interval);
}

void validate_stale_bound(const Validator& validator, const CheckOptions& options) {
  const auto bound = stale_bound(options);
  const auto interval = options.schedule.interval();
  const auto floor = interval ? *interval + options.timeout : *options.schedule.max_age();
  if (bound <= floor)
    validator.refuse("stale_after", "must exceed " + spoken(floor) + " (" +
                                        (interval ? "the interval plus the timeout" : "on_demand's max_age") +
                                        "), and is " + spoken(bound));
  validator.in_range("stale_after", bound, 1ms, 24h * 7);
}

void validate(const Validator& validator, const ServiceInfo& service) {
  const auto at_most = [&](std::string_view option, const std::string& text, std::size_t size) {
    if (text.size() > size) validator.refuse(option, "must not be longer than " + std::to_string(size) + " bytes");
  };
  at_most("service.name", service.name, 256);
  at_most("service.version", service.version, 256);
  at_most("service.release_id", service.release_id, 256);
  at_most("service.description", service.description, 256);
  const auto& links = service.links;
  if (links.size() > 16) validator.refuse("service.links", "must not be more than 16");
  for (std::size_t i = 0; i < links.size(); ++i) {
    at_most("a name in service.links", links.name(i), 256);
    at_most("a URI in service.links", links.url(i), 2048);
    for (std::size_t j = 0; j < i; ++j)
      if (links.name(i) == links.name(j)) validator.refuse("service.links", "must have each name once");
  }
}

}  // namespace

RegistryOptions valid(RegistryOptions options) {
  const Validator validator{"RegistryOptions"};
  validator.in_range("answer_budget", options.answer_budget, 10ms, 60s);
  validator.in_range("startup_limit", options.startup_limit, 1s, 24h);
  validator.in_range("shutdown_limit", options.shutdown_limit, 1s, 24h);
  validate(validator, options.service);
  return options;
}

PushedCheckOptions valid(PushedCheckOptions options) {
  if (options.valid_for) Validator{"PushedCheckOptions"}.in_range("valid_for", *options.valid_for, 1ms, 24h);
  return options;
}

Duration valid_heartbeat_limit(Duration limit) {
  Validator{"Heartbeat"}.in_range("limit", limit, 1ms, 24h);
  return limit;
}

CheckRules scheduled_rules(Probe probe, std::string_view name, const CheckOptions& options, Duration answer_budget) {
  const auto validator = check_validator(name);
  validator.in_range("timeout", options.timeout, 1ms, 1h);
  validate(validator, options.schedule, options.timeout, answer_budget);
  validator.in_range("failure_threshold", options.failure_threshold, 1, max_threshold);
  validator.in_range("success_threshold", options.success_threshold, 1, max_threshold);
  validator.in_range("last_known_good_for", options.last_known_good_for, 0s, 24h);
  validate_stale_bound(validator, options);
  return rules_of(probe, options);
}

CheckRules instant_rules(Probe probe, std::string_view name, const CheckOptions& options) {
  const auto validator = check_validator(name);
  CheckOptions allowed;
  allowed.critical = options.critical;
  allowed.last_known_good_for = options.last_known_good_for;
  if (options != allowed)
    validator.refuse("options",
                     "of a Heartbeat or a PushedCheck are `critical` and `last_known_good_for` only: it is read "
                     "in place and never scheduled");
  validator.in_range("last_known_good_for", options.last_known_good_for, 0s, 24h);
  return {.probe = probe, .options = options};
}

}  // namespace detail
}  // namespace vitals::inline v1
