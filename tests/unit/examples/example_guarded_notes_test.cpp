#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

#include "guarded_notes.hpp"

// The example server's worker while it waits for its database.

namespace {

using namespace std::chrono_literals;
using vitals::Status;

/// Each call takes an hour.
class SlowNotes final : public notes::NotesStore {
 public:
  explicit SlowNotes(std::function<void()> an_hour) : an_hour_{std::move(an_hour)} {}

  void create_table() override { an_hour_(); }
  std::vector<notes::Note> list() override {
    an_hour_();
    return {};
  }
  notes::Note add(const std::string& /*text*/) override {
    an_hour_();
    return {};
  }

 private:
  std::function<void()> an_hour_;
};

class GuardedNotesTest : public testing::Test {
 protected:
  GuardedNotesTest() { health_.add_liveness_check("worker", beat_); }

  /// Liveness as a probe would get it now.
  Status liveness() {
    health_.run_due();
    return health_.report(vitals::Probe::liveness).status();
  }

  vitals::test::ManualClock clock_;
  vitals::HealthRegistry health_{{.clock = clock_}};
  vitals::Heartbeat beat_{1s};
  std::vector<Status> meanwhile_;
  notes::GuardedNotes notes_{std::make_unique<SlowNotes>([this] {
                               clock_.advance(1h);
                               meanwhile_.push_back(liveness());
                             }),
                             beat_};
};

TEST_F(GuardedNotesTest, ADatabaseCallDoesNotCountAsSilence) {
  notes_.create_table();
  (void)notes_.list();
  (void)notes_.add("milk");

  EXPECT_EQ(meanwhile_, (std::vector{Status::pass, Status::pass, Status::pass}));
  EXPECT_EQ(liveness(), Status::pass);
}

TEST_F(GuardedNotesTest, AfterACallTheWorkerMustBeatAgain) {
  (void)notes_.list();
  clock_.advance(1s + 1ms);

  EXPECT_EQ(liveness(), Status::fail);
}

}  // namespace
