#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <vitals/testing/scripted_check.hpp>

namespace vitals::inline v1 {

namespace test {

struct ScriptedCheck::Step {
  enum class Kind { returns, throws, hang };

  Kind kind = Kind::returns;
  CheckResult result = CheckResult::fail("the script has no steps");
  std::string what = {};
  int times = 1;
  Duration duration = Duration::zero();
  std::optional<ManualClock> clock = std::nullopt;
};

/// Shared by all copies of a ScriptedCheck.
class ScriptedCheck::Script {
 public:
  void add(Step step) {
    if (step.times < 1) throw std::invalid_argument{"vitals: ScriptedCheck: a step must be taken at least once"};
    const std::lock_guard lock{mutex_};
    steps_.push_back(std::move(step));
  }

  void stretch_last(Duration duration, ManualClock clock) {
    if (duration < Duration::zero()) throw std::invalid_argument{"vitals: ScriptedCheck: time doesn't go back"};
    const std::lock_guard lock{mutex_};
    if (steps_.empty()) throw std::invalid_argument{"vitals: ScriptedCheck: taking() needs a step before it"};
    if (steps_.back().kind == Step::Kind::hang)
      throw std::invalid_argument{"vitals: ScriptedCheck: a hanging step ends when it is released"};
    steps_.back().duration = duration;
    steps_.back().clock = std::move(clock);
  }

  /// Begins a run; returns its step.
  Step begin() {
    const std::lock_guard lock{mutex_};
    ++runs_;
    if (steps_.empty()) return {};
    if (taken_ == steps_.front().times && steps_.size() > 1) {
      steps_.pop_front();
      taken_ = 0;
    }
    if (taken_ < steps_.front().times) ++taken_;
    return steps_.front();
  }

  void hang(CheckCompletion done) {
    std::unique_lock lock{mutex_};
    if (releases_.empty()) {
      hanging_.push_back(std::move(done));
      return;
    }
    auto result = std::move(releases_.front());
    releases_.pop_front();
    lock.unlock();
    done(std::move(result));
  }

  void release(CheckResult result) {
    std::unique_lock lock{mutex_};
    if (hanging_.empty()) {
      releases_.push_back(std::move(result));
      return;
    }
    const auto hanging = std::exchange(hanging_, {});
    lock.unlock();
    for (const auto& done : hanging) done(result);
  }

  [[nodiscard]] int runs() const {
    const std::lock_guard lock{mutex_};
    return runs_;
  }
  [[nodiscard]] int hanging() const {
    const std::lock_guard lock{mutex_};
    return static_cast<int>(hanging_.size());
  }

 private:
  mutable std::mutex mutex_;
  std::deque<Step> steps_;  // the first is the current one
  int taken_ = 0;           // how often the current step was taken
  int runs_ = 0;
  std::vector<CheckCompletion> hanging_;
  std::deque<CheckResult> releases_;  // for runs that will hang
};

ScriptedCheck::ScriptedCheck() : script_{std::make_shared<Script>()} {}

ScriptedCheck ScriptedCheck::add(Step step) const {
  script_->add(std::move(step));
  return *this;
}

ScriptedCheck ScriptedCheck::pass(Text message) const { return pass(1, message); }
ScriptedCheck ScriptedCheck::warn(Text message) const { return warn(1, message); }
ScriptedCheck ScriptedCheck::fail(Text message) const { return fail(1, message); }

ScriptedCheck ScriptedCheck::pass(int times, Text message) const {
  return add({.result = CheckResult::pass(message), .times = times});
}

ScriptedCheck ScriptedCheck::warn(int times, Text message) const {
  return add({.result = CheckResult::warn(message), .times = times});
}

ScriptedCheck ScriptedCheck::fail(int times, Text message) const {
  return add({.result = CheckResult::fail(message), .times = times});
}

ScriptedCheck ScriptedCheck::returns(CheckResult result) const { return add({.result = std::move(result)}); }

ScriptedCheck ScriptedCheck::throws(Text what) const {
  return add({.kind = Step::Kind::throws, .what = std::string{std::string_view{what}}});
}

ScriptedCheck ScriptedCheck::hang() const { return add({.kind = Step::Kind::hang}); }

ScriptedCheck ScriptedCheck::taking(Duration duration, ManualClock clock) const {
  script_->stretch_last(duration, std::move(clock));
  return *this;
}

void ScriptedCheck::release(CheckResult result) const { script_->release(std::move(result)); }

int ScriptedCheck::runs() const { return script_->runs(); }

int ScriptedCheck::hanging() const { return script_->hanging(); }

void ScriptedCheck::operator()(const CheckContext&, CheckCompletion done) const {
  auto step = script_->begin();
  switch (step.kind) {
    case Step::Kind::returns: break;
    case Step::Kind::hang: script_->hang(std::move(done)); return;
    case Step::Kind::throws:
      if (step.duration == Duration::zero()) throw std::runtime_error{step.what};
      step.result = CheckResult::fail(step.what);  // it can't throw after the call
      break;
  }
  if (step.duration == Duration::zero())
    done(std::move(step.result));
  else
    step.clock->call_at(step.clock->now() + step.duration, [done, result = std::move(step.result)] { done(result); });
}

}  // namespace test
}  // namespace vitals::inline v1
