// The runs of a random world: what its checks do when they are called, and how they end later.

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "core_random_world.hpp"

namespace vitals::inline v1 {
namespace test {
namespace {

using namespace std::chrono_literals;

bool contains(const std::vector<std::shared_ptr<CheckFacts>>& checks, const CheckFacts* check) {
  return std::any_of(checks.begin(), checks.end(), [&](const auto& each) { return each.get() == check; });
}

}  // namespace

CheckResult RandomWorld::any_result() {
  if (dice_.chance(bad_)) return CheckResult::fail(dice_.one_of({"down", "refused"}));
  return dice_.chance(20) ? CheckResult::warn("slow") : CheckResult::pass(dice_.one_of({"", "fine"}));
}

void RandomWorld::run_due() {
  note("run_due");
  settle();
  run_due_at_ = now();
  called_.clear();
  for (const auto& check : model_.checks()) {
    switch (model_.turn_of(*check, now())) {
      case ReferenceModel::Turn::none: break;
      case ReferenceModel::Turn::unknown: unclear_.push_back(check); break;
      case ReferenceModel::Turn::missed: check->runs.back().missed.push_back(now()); break;
    }
  }
  if (unclear_.empty()) settle();
  std::vector<Check> due;
  for (const auto& check : model_.checks())
    if (model_.must_run(*check, now())) due.push_back(check);

  const auto started = health_.run_due();

  learn_missed_turns();
  settle();
  findings_.expect(started == called_.size(), [&] { return "run_due() returned " + std::to_string(started); });
  for (const auto& check : due) {
    const bool left = !contains(model_.checks(), check.get()) || !model_.may_run(*check);
    findings_.expect(left || contains(called_, check.get()), [&] { return check->name + " was due and didn't run"; });
  }
  events_.examine(model_, now());
}

// The jitter of a turn is random, so only the report says whether it was missed.
void RandomWorld::learn_missed_turns() {
  if (unclear_.empty()) return;
  for (const auto& check : std::exchange(unclear_, {})) {
    const auto report = health_.report(check->probe);
    const auto* found = report.find(check->name);
    const auto expected = judge(*check, std::nullopt, run_due_at_).timeouts;
    if (found != nullptr && found->timeouts == expected + 1) check->runs.back().missed.push_back(run_due_at_);
  }
  model_.settle(run_due_at_);
}

void RandomWorld::begin_call(const Check& check, const CheckContext& context) {
  learn_missed_turns();
  note("  " + check->name + " is called");
  findings_.expect(model_.may_run(*check) && contains(model_.checks(), check.get()) && !contains(called_, check.get()),
                   [&] { return check->name + " must not run now"; });
  called_.push_back(check);
  check->runs.push_back({.started = now()});
  check->wanted = false;
  settle();
  findings_.expect(context.deadline() == deadline_of(*check), [&] { return check->name + " has another deadline"; });
}

void RandomWorld::end_run(CheckFacts& check, const CheckResult& result) {
  auto& run = check.runs.back();
  run.ended = run.returned = now();
  run.result = result;
  settle();
}

void RandomWorld::end_call(const Check& check, const CheckResult& result) {
  notice_latch();
  note("  " + check->name + " returns " + std::string{to_string(result.status())});
  end_run(*check, result);
}

// What a check may do while it runs.
void RandomWorld::act_inside(const Check& check) {
  notice_latch();
  const auto deadline = deadline_of(*check);
  switch (dice_.roll(12)) {
    case 0:
    case 1:
    case 2:
    case 3: return advance_to(deadline + dice_.one_of<Duration>({-1ns, 0ns, 1ns, -50ms, 1s, 30s}));
    case 4: return advance();
    case 5: return questions_.ask_reports();
    case 6:
    case 7: return questions_.ask_path(dice_);
    case 8: return set_flag();
    case 9: return complete();
    case 10:
      if (dice_.chance(30)) return remove_check();
      findings_.expect(health_.run_due() == 0, [] { return std::string{"run_due() inside a check"}; });
      return;
    default:
      if (dice_.chance(5)) begin_shutdown();
  }
}

CheckResult RandomWorld::call(const Check& check, const CheckContext& context) {
  begin_call(check, context);
  for (auto acts = dice_.one_of({0, 0, 0, 1, 3}); acts > 0; --acts) act_inside(check);
  if (dice_.chance(5)) {
    end_call(check, CheckResult::fail("broken"));
    throw std::runtime_error{"broken"};
  }
  auto result = any_result();
  end_call(check, result);
  return result;
}

void RandomWorld::start(const Check& check, const CheckContext& context, CheckCompletion done) {
  begin_call(check, context);
  if (dice_.chance(20)) act_inside(check);
  if (dice_.chance(60)) {
    note("  " + check->name + " goes on");
    pending_.push_back({check, std::move(done)});
  } else if (dice_.chance(20)) {
    end_call(check, CheckResult::fail("the completion was dropped"));
  } else {
    const auto result = any_result();
    notice_latch();
    done(result);
    end_call(check, result);
    if (dice_.chance(20)) done(any_result());  // a second call, which is ignored
  }
}

void RandomWorld::complete() {
  if (pending_.empty()) return;
  const auto number = dice_.roll(pending_.size());
  auto [check, done] = std::move(pending_[number]);
  pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(number));
  if (dice_.chance(10)) {
    note("the completion of " + check->name + " is dropped");
    done = CheckCompletion{nullptr};
    return end_run(*check, CheckResult::fail("the completion was dropped"));
  }
  const auto result = any_result();
  note(check->name + " completes: " + std::string{to_string(result.status())});
  done(result);
  end_run(*check, result);
}

}  // namespace test
}  // namespace vitals::inline v1
