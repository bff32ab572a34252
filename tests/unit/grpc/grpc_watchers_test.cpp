#include <algorithm>
#include <atomic>
#include <memory>
#include <semaphore>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>

#include "grpc/watch.hpp"
#include "grpc/watchers.hpp"
#include "support/eventually.hpp"
#include "unit/grpc/updates.hpp"

namespace vitals_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using vitals::detail::Services;
using vitals::detail::ServingStatus;
using vitals::detail::Watchers;
using vitals::detail::ServingStatus::not_serving;
using vitals::detail::ServingStatus::service_unknown;
using vitals::detail::ServingStatus::serving;
using Step = vitals::detail::Watch::Step;

/// A stream that keeps what it is to write.
class Stream final : public vitals::detail::WatchStream {
 public:
  Stream(Watchers& watchers, const Services& services, const std::string& name)
      : watchers_{watchers}, place_{watchers.add(*this, services.find(name))} {}
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { watchers_.remove(place_); }

  void begin() { watchers_.begin(place_); }
  void written(bool ok = true) { watchers_.written(place_, ok); }
  void cancel() { watchers_.cancel(place_); }
  [[nodiscard]] std::vector<std::pair<Step, ServingStatus>> take() { return std::exchange(steps_, {}); }

 private:
  void carry_out(Step step, ServingStatus status) noexcept override { steps_.emplace_back(step, status); }

  Watchers& watchers_;
  const Watchers::Place place_;
  std::vector<std::pair<Step, ServingStatus>> steps_;
};

class GrpcWatchersTest : public testing::Test {
 protected:
  GrpcWatchersTest() {
    health.add_readiness_check("database", database);
    vitals::detail::add_follower(*vitals::detail::state_of(health), updates);
  }

  void set_ready(bool ready) {
    database.set(ready);
    watchers.refresh();
  }

  vitals::PushedCheck database{true};
  vitals::HealthRegistry health;
  std::shared_ptr<Updates> updates = std::make_shared<Updates>(std::vector<vitals::GrpcHealthName>{});
  Services& services = updates->services;
  Watchers watchers{std::shared_ptr<const Services>{updates, &updates->services}};
};

TEST_F(GrpcWatchersTest, WantOneRefreshAtATimeIfThereAreStreams) {
  EXPECT_FALSE(watchers.want_refresh());
  {
    const Stream stream{watchers, services, ""};
    EXPECT_TRUE(watchers.want_refresh());
    EXPECT_FALSE(watchers.want_refresh());
    watchers.refresh();
    EXPECT_TRUE(watchers.want_refresh());
    watchers.drop_refresh();
    EXPECT_TRUE(watchers.want_refresh());
    watchers.refresh();
  }
  EXPECT_FALSE(watchers.want_refresh());
}

TEST_F(GrpcWatchersTest, CatchUpWithTheirService) {
  Stream ready{watchers, services, ""};
  Stream alive{watchers, services, "liveness"};
  Stream unknown{watchers, services, "nobody"};
  for (auto* stream : {&ready, &alive, &unknown}) stream->begin();
  EXPECT_THAT(ready.take(), ElementsAre(std::pair{Step::write, serving}));
  EXPECT_THAT(alive.take(), ElementsAre(std::pair{Step::write, serving}));
  EXPECT_THAT(unknown.take(), ElementsAre(std::pair{Step::write, service_unknown}));
  for (auto* stream : {&ready, &alive, &unknown}) stream->written();

  set_ready(false);

  EXPECT_THAT(ready.take(), ElementsAre(std::pair{Step::write, not_serving}));
  EXPECT_THAT(alive.take(), IsEmpty());
  EXPECT_THAT(unknown.take(), IsEmpty());
}

TEST_F(GrpcWatchersTest, GetTheLatestOnceTheyHaveWritten) {
  Stream stream{watchers, services, ""};
  stream.begin();
  set_ready(false);
  set_ready(true);
  set_ready(false);
  EXPECT_THAT(stream.take(), ElementsAre(std::pair{Step::write, serving}));

  stream.written();

  EXPECT_THAT(stream.take(), ElementsAre(std::pair{Step::write, not_serving}));
}

TEST_F(GrpcWatchersTest, BeginAfterAChange) {
  Stream stream{watchers, services, ""};
  set_ready(false);
  EXPECT_THAT(stream.take(), IsEmpty());

  stream.begin();

  EXPECT_THAT(stream.take(), ElementsAre(std::pair{Step::write, not_serving}));
}

TEST_F(GrpcWatchersTest, EndWhenShutDown) {
  Stream stream{watchers, services, ""};
  Stream unknown{watchers, services, "nobody"};
  for (auto* each : {&stream, &unknown}) {
    each->begin();
    each->written();
    ASSERT_THAT(each->take(), testing::SizeIs(1));
  }

  services.shut_down();
  watchers.refresh();

  EXPECT_THAT(stream.take(), ElementsAre(std::pair{Step::write_and_finish, not_serving}));
  EXPECT_THAT(unknown.take(), ElementsAre(std::pair{Step::refuse, service_unknown}));
}

/// A stream that writes at once, as gRPC may.
class EagerStream final : public vitals::detail::WatchStream {
 public:
  EagerStream(Watchers& watchers, const Services& services)
      : watchers_{watchers}, place_{watchers.add(*this, services.find(""))} {
    watchers.begin(place_);
  }
  EagerStream(const EagerStream&) = delete;
  EagerStream& operator=(const EagerStream&) = delete;
  ~EagerStream() { watchers_.remove(place_); }

  [[nodiscard]] ServingStatus last() const { return last_; }
  [[nodiscard]] int repeated() const { return repeated_; }
  [[nodiscard]] int ends() const { return ends_; }

 private:
  void carry_out(Step step, ServingStatus status) noexcept override {
    if (step != Step::write) ++ends_;
    if (step != Step::write && step != Step::write_and_finish) return;
    if (last_ == status) ++repeated_;
    last_ = status;
    if (step != Step::write) return;
    watchers_.written(place_, true);
  }

  Watchers& watchers_;
  const Watchers::Place place_;
  std::atomic<ServingStatus> last_ = {};
  std::atomic<int> repeated_ = 0;
  std::atomic<int> ends_ = 0;
};

/// Refreshes the watchers whenever they want it, as a thread of gRPC does.
class Refresher {
 public:
  Refresher(Watchers& watchers, Updates& updates) : watchers_{watchers}, updates_{updates} {
    updates.on_change = [this] {
      if (watchers_.want_refresh()) wake_.release();
    };
  }
  Refresher(const Refresher&) = delete;
  Refresher& operator=(const Refresher&) = delete;
  /// No status may change meanwhile.
  ~Refresher() {
    updates_.on_change = [] {};
    over_ = true;
    wake_.release();
  }

 private:
  Watchers& watchers_;
  Updates& updates_;
  std::atomic<bool> over_ = false;
  std::counting_semaphore<> wake_{0};
  const std::jthread thread_{[this] {
    for (wake_.acquire(); !over_; wake_.acquire()) watchers_.refresh();
  }};
};

// For ThreadSanitizer, and for what may be lost between a change and a stream that begins.
TEST_F(GrpcWatchersTest, MayBeginWhileStatusesChange) {
  std::vector<std::unique_ptr<EagerStream>> streams;
  {
    const Refresher refresher{watchers, *updates};
    std::jthread changes{[&] {
      for (int i = 0; i < 2001; ++i) database.set(i % 2 == 1);
    }};
    for (int i = 0; i < 50; ++i) {
      streams.push_back(std::make_unique<EagerStream>(watchers, services));
      std::this_thread::yield();
    }
    changes.join();
    EXPECT_TRUE(eventually([&] {
      return std::ranges::all_of(streams, [](const auto& stream) { return stream->last() == not_serving; });
    }));
  }

  for (const auto& stream : streams) EXPECT_EQ(stream->repeated(), 0);
}

// A refresh under way may see the shutdown between its two questions.
TEST_F(GrpcWatchersTest, EndWithNotServingWhateverElseHappens) {
  auto& state = *vitals::detail::state_of(health);
  for (int round = 0; round < 200; ++round) {
    const auto mine = std::make_shared<Services>(std::vector<vitals::GrpcHealthName>{});
    Watchers all{mine};
    {
      const vitals::detail::Lock lock{state.mutex};
      mine->update(state.model, vitals::SteadyTime::max());
    }
    EagerStream stream{all, *mine};
    {
      const std::jthread refreshes{[&] {
        for (int i = 0; i < 20; ++i) all.refresh();
      }};
      mine->shut_down();
      all.refresh();
    }
    EXPECT_EQ(stream.last(), not_serving);
    EXPECT_EQ(stream.ends(), 1);
  }
}

}  // namespace
}  // namespace vitals_test
