#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <vitals/check.hpp>
#include <vitals/handles.hpp>
#include <vitals/heartbeat.hpp>
#include <vitals/heartbeat_group.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

#include "core_random_events.hpp"
#include "core_random_findings.hpp"
#include "core_random_model.hpp"
#include "core_random_questions.hpp"

namespace vitals::inline v1::test {

/// A registry and its reference, which take the same random steps.
class RandomWorld {
 public:
  explicit RandomWorld(std::uint64_t seed);

  /// Takes steps until there is a difference, or enough steps were taken.
  void run();

  [[nodiscard]] const Findings& findings() const noexcept { return findings_; }

 private:
  using Check = ReferenceModel::Check;
  struct Registered {
    Check facts;
    CheckHandle handle;
  };
  struct Flag {
    PushedCheck flag;
    std::shared_ptr<FlagFacts> facts;
    bool registered = false;
  };
  struct Beating {
    Heartbeat heartbeat;
    std::shared_ptr<HeartbeatFacts> facts;
    std::optional<HeartbeatIdle> idle = std::nullopt;
    std::size_t group = 0;  ///< The number of its group, from 1; 0: none.
  };
  struct Group {
    HeartbeatGroup group;
    std::shared_ptr<GroupFacts> facts;
    int joined = 0;
  };
  struct Pending {
    Check facts;
    CheckCompletion done;
  };

  // Steps (core_random_world.cpp)
  void step();
  void ask();
  void advance();
  void advance_to(SteadyTime moment);
  void remove_check();
  void begin_shutdown();
  void set_flag();
  void beat();
  void leave(std::size_t number);
  void change_group();
  void settle() { model_.settle(now()); }
  void notice_latch();

  // Registrations (core_random_adding.cpp)
  void add_check();
  void add_called(CheckFacts facts);
  void add_flag(CheckFacts facts);
  void add_heartbeat(CheckFacts facts);
  void add_group(CheckFacts facts);
  void add_worker(std::size_t number);
  /// False if the registry refused it.
  template <class Source>
  bool add(CheckFacts facts, Source&& source);
  [[nodiscard]] std::optional<std::string> unused_name();
  void choose_schedule(CheckOptions& options, Probe probe);

  // Runs (core_random_runs.cpp)
  void run_due();
  void learn_missed_turns();
  void begin_call(const Check& check, const CheckContext& context);
  void end_call(const Check& check, const CheckResult& result);
  CheckResult call(const Check& check, const CheckContext& context);
  void start(const Check& check, const CheckContext& context, CheckCompletion done);
  void act_inside(const Check& check);
  void complete();
  void end_run(CheckFacts& check, const CheckResult& result);
  [[nodiscard]] CheckResult any_result();

  [[nodiscard]] SteadyTime now() const { return clock_.now(); }
  void note(std::string step) { findings_.note(std::move(step)); }

  Dice dice_;
  Findings findings_;
  ManualClock clock_;
  RegistryOptions options_;
  HealthRegistry health_;
  ReferenceModel model_;
  Questions questions_;
  HeardEvents events_;
  std::size_t bad_;          ///< The percentage of failures among the results.
  std::size_t most_checks_;  ///< With few checks, more happens to each one while the others stay the same.

  std::vector<Registered> checks_;
  std::vector<Flag> flags_;
  std::vector<Beating> beating_;
  std::vector<Group> groups_;
  std::vector<Pending> pending_;
  std::vector<Check> called_;   // in the present run_due()
  std::vector<Check> unclear_;  // checks of which only the report says whether run_due() counted a missed turn
  SteadyTime run_due_at_ = {};
};

}  // namespace vitals::inline v1::test
