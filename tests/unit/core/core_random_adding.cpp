// Registrations in a random world.

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "core_random_world.hpp"

namespace vitals::inline v1 {
namespace test {
namespace {

using namespace std::chrono_literals;

std::string kind_of(const CheckFacts& facts) {
  if (facts.flag) return "flag";
  if (facts.heartbeat) return "heartbeat";
  if (facts.group) return "group";
  return facts.options.schedule.kind() == Schedule::Kind::every ? "every" : "on demand";
}

std::string words_of(const CheckFacts& facts) {
  const auto& options = facts.options;
  auto words = "add " + facts.name + " to " + std::string{to_string(facts.probe)} + ": " + kind_of(facts);
  if (!options.critical) words += ", not critical";
  if (options.last_known_good_for > 0s) words += ", known good for " + in_words(options.last_known_good_for);
  if (!facts.called()) return words;
  const auto period = options.schedule.interval().value_or(options.schedule.max_age().value_or(0s));
  words += ' ' + in_words(period) + ", timeout " + in_words(options.timeout) + ", stale after " +
           in_words(stale_age(options)) + ", thresholds " + std::to_string(options.failure_threshold) + '/' +
           std::to_string(options.success_threshold);
  if (const auto failing = options.schedule.while_failing()) words += ", while failing " + in_words(*failing);
  return words;
}

}  // namespace

std::optional<std::string> RandomWorld::unused_name() {
  const auto name = 'c' + std::to_string(dice_.roll(most_checks_));
  const bool used =
      std::any_of(checks_.begin(), checks_.end(), [&](const auto& check) { return check.facts->name == name; });
  return used ? std::nullopt : std::optional{name};
}

void RandomWorld::add_check() {
  const auto name = unused_name();
  if (!name) return;
  CheckFacts facts{.name = *name, .registered = now()};
  facts.probe = dice_.one_of({Probe::liveness, Probe::readiness, Probe::startup});
  facts.options.critical = dice_.chance(70);
  facts.options.last_known_good_for = dice_.one_of<Duration>({0s, 0s, 3s, 20s});
  switch (dice_.roll(6)) {
    case 0: return add_flag(std::move(facts));
    case 1: return add_heartbeat(std::move(facts));
    case 2: return add_group(std::move(facts));
    default: return add_called(std::move(facts));
  }
}

template <class Source>
bool RandomWorld::add(CheckFacts facts, Source&& source) {
  const auto check = std::make_shared<CheckFacts>(std::move(facts));
  note(words_of(*check));
  settle();
  const bool allowed = check->probe != Probe::startup || !model_.latched();
  try {
    auto handle =
        check->probe == Probe::liveness    ? health_.add_liveness_check(check->name, source(check), check->options)
        : check->probe == Probe::readiness ? health_.add_readiness_check(check->name, source(check), check->options)
                                           : health_.add_startup_check(check->name, source(check), check->options);
    findings_.expect(allowed, [&] { return check->name + " was added to startup after the latch"; });
    events_.added(*check);
    checks_.push_back({check, std::move(handle)});
    model_.add(check, now());
    return true;
  } catch (const std::invalid_argument& error) {
    findings_.expect(!allowed, [&] { return std::string{error.what()}; });
    return false;
  }
}

void RandomWorld::choose_schedule(CheckOptions& options, Probe probe) {
  options.failure_threshold = dice_.one_of({1, 1, 2, 3});
  options.success_threshold = dice_.one_of({1, 1, 2, 3});
  if (dice_.chance(50)) {
    options.timeout = dice_.one_of<Duration>({500ms, 2s, 10s});
    const auto interval = dice_.one_of<Duration>({1s, 5s});
    const auto failing = dice_.one_of<std::optional<Duration>>({std::nullopt, 200ms});
    options.schedule = every(interval, {.while_failing = failing});
    options.stale_after =
        dice_.one_of<std::optional<Duration>>({std::nullopt, interval + options.timeout + 100ms, 20s});
    return;
  }
  options.timeout = dice_.one_of<Duration>({100ms, 500ms});
  // With a maximum age of 0 each probe counts a missed turn: one alone must not decide.
  const bool ageless = probe != Probe::startup && options.failure_threshold <= 2 && dice_.chance(25);
  options.schedule = on_demand(ageless ? Duration::zero() : dice_.one_of<Duration>({1s, 10s}));
  const auto soon = options.schedule.max_age().value() + 500ms;
  options.stale_after = dice_.one_of<std::optional<Duration>>({std::nullopt, soon});
}

void RandomWorld::add_called(CheckFacts facts) {
  choose_schedule(facts.options, facts.probe);
  if (dice_.chance(50)) {
    add(std::move(facts), [this](const Check& check) {
      return [this, check](const CheckContext& context) { return call(check, context); };
    });
    return;
  }
  add(std::move(facts), [this](const Check& check) {
    return [this, check](const CheckContext& context, CheckCompletion done) { start(check, context, std::move(done)); };
  });
}

// Sometimes reuses a flag that other checks have. A state that was set before the first registration counts from the
// registration on.
void RandomWorld::add_flag(CheckFacts facts) {
  if (flags_.empty() || dice_.chance(70)) {
    const auto result = any_result();
    const auto valid_for = dice_.one_of<std::optional<Duration>>({std::nullopt, 2s, 10s});
    flags_.push_back({PushedCheck{result, {.valid_for = valid_for}}, std::make_shared<FlagFacts>()});
    *flags_.back().facts = {.valid_for = valid_for, .sets = {{now(), result}}};
    note("make flag " + std::to_string(flags_.size() - 1) + ' ' + std::string{to_string(result.status())} +
         (valid_for ? " valid for " + in_words(*valid_for) : ""));
  }
  const auto number = dice_.roll(flags_.size());
  auto& chosen = flags_[number];
  note("with flag " + std::to_string(number));
  if (!chosen.registered) chosen.facts->sets = {{now(), chosen.facts->sets.back().second}};
  facts.flag = chosen.facts;
  if (add(std::move(facts), [&](const Check&) { return chosen.flag; })) chosen.registered = true;
}

void RandomWorld::add_heartbeat(CheckFacts facts) {
  const auto limit = dice_.one_of<Duration>({500ms, 5s});
  Heartbeat heartbeat{limit};
  facts.heartbeat = std::make_shared<HeartbeatFacts>();
  facts.heartbeat->limit = limit;
  note("with heartbeat " + std::to_string(beating_.size()) + " of " + in_words(limit));
  beating_.push_back({.heartbeat = heartbeat, .facts = facts.heartbeat});
  add(std::move(facts), [&](const Check&) { return std::move(heartbeat); });
}

void RandomWorld::add_group(CheckFacts facts) {
  const auto limit = dice_.one_of<Duration>({500ms, 5s});
  const auto fails_when = dice_.one_of({FailsWhen::any_silent, FailsWhen::all_silent});
  groups_.push_back({HeartbeatGroup{limit, {.fails_when = fails_when}}, std::make_shared<GroupFacts>()});
  *groups_.back().facts = {.limit = limit, .fails_when = fails_when};
  facts.group = groups_.back().facts;
  note("with group " + std::to_string(groups_.size()) + " of " + in_words(limit) +
       (fails_when == FailsWhen::any_silent ? ", any silent" : ", all silent"));
  if (dice_.chance(70)) add_worker(groups_.size());
  add(std::move(facts), [group = groups_.back().group](const Check&) { return group; });
}

void RandomWorld::add_worker(std::size_t number) {
  auto& [group, facts, joined] = groups_[number - 1];
  const auto heartbeat = std::make_shared<HeartbeatFacts>();
  heartbeat->limit = facts->limit;
  note("group " + std::to_string(number) + " has heartbeat " + std::to_string(beating_.size()));
  beating_.push_back({.heartbeat = group.add(), .facts = heartbeat, .group = number});
  facts->workers.push_back({"worker " + std::to_string(++joined), now(), heartbeat});
  settle();
}

}  // namespace test
}  // namespace vitals::inline v1
