#include "core_random_world.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/state/checks.hpp"

namespace vitals::inline v1 {
namespace test {
namespace {

using namespace std::chrono_literals;

RegistryOptions options_by(Dice& dice, const ManualClock& clock) {
  RegistryOptions options{.clock = clock};
  options.startup_limit = dice.one_of<Duration>({10min, 20s});
  options.shutdown_limit = dice.one_of<Duration>({5min, 2s});
  return options;
}

}  // namespace

RandomWorld::RandomWorld(std::uint64_t seed)
    : dice_{seed},
      options_{options_by(dice_, clock_)},
      health_{options_},
      model_{options_, clock_.now()},
      questions_{health_, clock_, model_, findings_, dice_},
      events_{findings_},
      bad_{dice_.one_of<std::size_t>({5, 20, 50})},
      most_checks_{dice_.one_of<std::size_t>({2, 4, 6})} {}

void RandomWorld::run() {
  if (dice_.chance(70)) {
    note("subscribe");
    events_.subscribe(health_);
  }
  const auto steps = 25 + dice_.roll(26);
  for (std::size_t i = 0; i < steps && !findings_.difference(); ++i) {
    if (dice_.chance(40)) advance();
    step();
    ask();
  }
}

// When time alone has made startup succeed, takes a report before anything else happens: otherwise no rule says which
// of the two comes first.
void RandomWorld::notice_latch() {
  const bool before = model_.latched();
  settle();
  if (model_.latched() != before) static_cast<void>(health_.report(Probe::startup));
}

void RandomWorld::step() {
  notice_latch();
  const auto roll = dice_.roll(100);
  if (roll < 12 || (checks_.size() < 2 && roll < 45))
    add_check();
  else if (roll < 50)
    run_due();
  else if (roll < 60)
    complete();
  else if (roll < 70)
    set_flag();
  else if (roll < 80)
    beat();
  else if (roll < 85)
    change_group();
  else if (roll < 89)
    remove_check();
  else if (roll < 90)
    begin_shutdown();
  else
    advance();
}

// In both orders: a report may update what a kept answer should have updated by itself.
void RandomWorld::ask() {
  const bool reports_first = dice_.chance(30);
  if (reports_first) questions_.ask_reports();
  questions_.ask_path(dice_);
  if (dice_.chance(40)) questions_.ask_path(dice_);
  if (!reports_first) questions_.ask_reports();
  if (!checks_.empty() && dice_.chance(10))
    questions_.ask_check(checks_[dice_.roll(checks_.size())].facts->name, dice_);
}

// Mostly to a moment where time alone changes something, and mostly to the nearer of two such moments.
void RandomWorld::advance() {
  auto points = model_.turning_points(now());
  std::erase_if(points, [&](SteadyTime point) { return point < now(); });
  if (points.empty() || dice_.chance(25))
    return advance_to(now() + dice_.one_of<Duration>({1ns, 1ms, 100ms, 500ms, 1s, 3s, 10s, 30s}));
  const auto one = points[dice_.roll(points.size())];
  const auto other = points[dice_.roll(points.size())];
  advance_to(std::min(one, other) + dice_.one_of<Duration>({-1ns, 0ns, 1ns}));
}

void RandomWorld::advance_to(SteadyTime moment) {
  if (moment <= now()) return;
  note("advance " + std::to_string((moment - now()).count()) + " ns");
  clock_.advance(moment - now());
}

void RandomWorld::remove_check() {
  if (checks_.empty()) return;
  const auto number = dice_.roll(checks_.size());
  const auto [facts, handle] = checks_[number];
  note("remove " + facts->name);
  checks_.erase(checks_.begin() + static_cast<std::ptrdiff_t>(number));
  handle.remove();
  model_.remove(*facts, now());
}

void RandomWorld::begin_shutdown() {
  const bool keeps_readiness = dice_.chance(50);
  note(keeps_readiness ? "begin_shutdown, readiness stays" : "begin_shutdown");
  detail::begin_shutdown(*detail::state_of(health_), "SIGTERM",
                         keeps_readiness ? detail::Readiness::stays : detail::Readiness::fails);
  model_.begin_shutdown("SIGTERM", keeps_readiness, now());
}

void RandomWorld::set_flag() {
  if (flags_.empty()) return;
  const auto number = dice_.roll(flags_.size());
  const auto result = any_result();
  note("set flag " + std::to_string(number) + ' ' + std::string{to_string(result.status())});
  flags_[number].flag.set(result);
  flags_[number].facts->sets.emplace_back(now(), result);
  settle();
}

void RandomWorld::beat() {
  if (beating_.empty()) return;
  const auto number = dice_.roll(beating_.size());
  auto& [heartbeat, facts, idle, group] = beating_[number];
  const auto name = "heartbeat " + std::to_string(number);
  if (!idle && dice_.chance(10)) return leave(number);
  if (dice_.chance(70)) {
    note(name + " beats");
    heartbeat.beat();
    facts->last_beat = now();
  } else if (idle) {
    note(name + " is no longer idle");
    idle.reset();
    facts->idle = false;
    facts->last_beat = now();
  } else {
    note(name + " is idle");
    idle.emplace(heartbeat.idle());
    facts->idle = true;
  }
}

// Removed from its group, or just dropped.
void RandomWorld::leave(std::size_t number) {
  const auto leaving = std::move(beating_[number]);
  beating_.erase(beating_.begin() + static_cast<std::ptrdiff_t>(number));
  const bool by_the_book = leaving.group > 0 && dice_.chance(50);
  note("heartbeat " + std::to_string(number) + (by_the_book ? " leaves its group" : " is gone"));
  if (!by_the_book) {
    leaving.facts->gone = now();
    return;  // the last copy is destroyed here; no probe comes before that
  }
  const auto& [group, facts, joined] = groups_[leaving.group - 1];
  group.remove(leaving.heartbeat);
  std::erase_if(facts->workers, [&](const WorkerFacts& worker) { return worker.heartbeat == leaving.facts; });
  if (facts->workers.empty()) facts->emptied = now();
  settle();
}

void RandomWorld::change_group() {
  if (!groups_.empty()) add_worker(1 + dice_.roll(groups_.size()));
}

}  // namespace test
}  // namespace vitals::inline v1
