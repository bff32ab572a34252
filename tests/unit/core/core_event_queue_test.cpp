#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/events/event_queue.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::HealthEvent;
using vitals::Probe;
using vitals::Status;
using vitals::detail::EventQueue;
using vitals::detail::EventSlot;
using vitals::detail::Listener;

class EventQueueTest : public testing::Test {
 protected:
  using Events = std::vector<HealthEvent>;

  std::shared_ptr<Listener> listen(vitals::HealthListener call, const Events& present = {}) {
    auto listener = std::make_shared<Listener>(std::move(call));
    queue_.add(listener);
    EXPECT_TRUE(queue_.greet(present));
    return listener;
  }
  std::shared_ptr<Listener> join(Events& events, const Events& present = {}) {
    return listen([&events](const HealthEvent& event) { events.push_back(event); }, present);
  }
  void push(HealthEvent event) {
    auto& slot = slots_[{event.probe, event.check}];
    if (!slot) slot = std::make_shared<EventSlot>();
    EXPECT_TRUE(queue_.push(std::move(event), slot));
  }
  void push(const std::string& check, Status from = Status::pass, Status to = Status::fail) {
    push(HealthEvent{.check = check, .from = from, .to = to});
  }
  void push_different(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) push("check" + std::to_string(i));
  }
  void deliver() {
    vitals::detail::Lock lock{mutex_};
    queue_.deliver(lock, nullptr);
  }

  vitals::detail::Mutex mutex_;
  std::map<std::pair<Probe, std::string>, std::shared_ptr<EventSlot>> slots_;
  EventQueue queue_;
  Events events_;
};

TEST_F(EventQueueTest, DeliversInTheOrderOfItsNumbers) {
  join(events_);
  push_different(100);

  deliver();

  ASSERT_EQ(events_.size(), 100U);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(events_[i].sequence, i + 1);
  EXPECT_FALSE(queue_.has_work());
}

TEST_F(EventQueueTest, CountsEventsWithoutAListener) {
  push_different(7);
  EXPECT_FALSE(queue_.has_work());

  join(events_, {{.probe = Probe::liveness}});
  deliver();

  ASSERT_EQ(events_.size(), 1U);
  EXPECT_EQ(events_[0].sequence, 7U);
}

TEST_F(EventQueueTest, FoldsNothingWhileThereIsRoom) {
  join(events_);
  for (std::size_t i = 0; i < EventQueue::capacity; ++i) push("check");

  deliver();

  EXPECT_EQ(events_.size(), EventQueue::capacity);
}

TEST_F(EventQueueTest, FoldsToTheLatestStateWhenItIsFull) {
  join(events_);
  push_different(EventQueue::capacity - 1);
  push("folded", Status::pass, Status::fail);
  push("folded", Status::fail, Status::pass);
  push("folded", Status::pass, Status::warn);

  deliver();

  ASSERT_EQ(events_.size(), EventQueue::capacity);
  const auto& folded = events_.back();
  EXPECT_EQ(folded.check, "folded");
  EXPECT_EQ(folded.from, Status::pass);
  EXPECT_EQ(folded.to, Status::warn);
  EXPECT_EQ(folded.missed, 2U);
  EXPECT_EQ(folded.sequence, EventQueue::capacity + 2);
}

TEST_F(EventQueueTest, KeepsHowLongTheFirstStateLastedWhenItFolds) {
  join(events_);
  push_different(EventQueue::capacity - 1);
  push(HealthEvent{.check = "folded", .from = Status::pass, .to = Status::fail, .lasted = 3h});
  push(HealthEvent{.check = "folded", .from = Status::fail, .to = Status::warn, .lasted = 2h});
  push(HealthEvent{.check = "folded", .from = Status::warn, .to = Status::fail, .lasted = 1h});

  deliver();

  EXPECT_EQ(events_.back().missed, 2U);
  EXPECT_EQ(events_.back().lasted, 3h);
}

TEST_F(EventQueueTest, KeepsTheOrderOfTheNumbersWhenItFolds) {
  join(events_);
  push("folded");
  push_different(EventQueue::capacity - 1);
  push("folded");

  deliver();

  EXPECT_EQ(events_.front().check, "check0");
  EXPECT_EQ(events_.back().check, "folded");
  for (std::size_t i = 1; i < events_.size(); ++i) EXPECT_GT(events_[i].sequence, events_[i - 1].sequence);
}

TEST_F(EventQueueTest, FoldsEachCheckWithItselfOnly) {
  join(events_);
  push_different(EventQueue::capacity);

  push("other");
  push(HealthEvent{.probe = Probe::liveness, .check = "check0"});
  deliver();

  ASSERT_EQ(events_.size(), EventQueue::capacity + 2);
  for (const auto& event : events_) EXPECT_EQ(event.missed, 0U);
}

TEST_F(EventQueueTest, KeepsTheOldEventsFromAListenerThatJoinedInBetween) {
  Events late;
  join(events_);
  push_different(EventQueue::capacity);
  join(late);

  push("check0", Status::fail, Status::pass);
  deliver();

  EXPECT_EQ(events_.size(), EventQueue::capacity + 1);
  ASSERT_EQ(late.size(), 1U);
  EXPECT_EQ(late[0].from, Status::fail);
  EXPECT_EQ(late[0].missed, 0U);
}

TEST_F(EventQueueTest, IsBoundedAlsoForNamesThatAreUsedOnce) {
  join(events_);
  push_different(EventQueue::most_events + 10);

  deliver();

  ASSERT_EQ(events_.size(), EventQueue::most_events);
  EXPECT_EQ(events_.front().check, "check10");
  EXPECT_EQ(events_.front().missed, 0U) << "another check's";
}

TEST_F(EventQueueTest, DeliversAgainAfterItWasFull) {
  join(events_);
  push_different(EventQueue::capacity);
  push("check5");
  deliver();
  events_.clear();

  push("check5");
  deliver();

  ASSERT_EQ(events_.size(), 1U);
  EXPECT_EQ(events_[0].missed, 0U);
}

TEST_F(EventQueueTest, WhatWasDroppedIsCountedOnTheNextEventOfItsCheck) {
  join(events_);
  push("dropped", Status::pass, Status::fail);
  push_different(EventQueue::most_events);

  push("dropped", Status::fail, Status::warn);
  deliver();

  EXPECT_EQ(events_.back().check, "dropped");
  EXPECT_EQ(events_.back().missed, 1U);
  EXPECT_EQ(events_.back().from, Status::pass);
}

TEST_F(EventQueueTest, DeliversNothingForAStateThatIsAsItWas) {
  join(events_);
  push_different(EventQueue::capacity - 1);
  push("folded", Status::pass, Status::fail);
  push("folded", Status::fail, Status::pass);

  deliver();
  EXPECT_EQ(events_.size(), EventQueue::capacity - 1);
  push("folded", Status::pass, Status::fail);
  deliver();

  EXPECT_EQ(events_.back().check, "folded");
  EXPECT_EQ(events_.back().from, Status::pass);
  EXPECT_EQ(events_.back().missed, 2U);
}

TEST_F(EventQueueTest, DeliversNothingIfDroppedEventsAndTheNextAreNoChange) {
  join(events_);
  push("dropped", Status::pass, Status::fail);
  push_different(EventQueue::most_events);

  push("dropped", Status::fail, Status::pass);
  deliver();

  for (const auto& event : events_) EXPECT_NE(event.from, event.to) << event.check;
}

TEST_F(EventQueueTest, CallsNoListenerUnderTheLock) {
  bool locked = true;
  listen([&](const HealthEvent&) {
    locked = !mutex_.native().try_lock();
    if (!locked) mutex_.native().unlock();
  });
  push("check");

  deliver();

  EXPECT_FALSE(locked);
}

TEST_F(EventQueueTest, DoesNotDeliverTwiceAtATime) {
  int depth = 0;
  int deepest = 0;
  listen([&](const HealthEvent&) {
    deepest = std::max(deepest, ++depth);
    EXPECT_FALSE(queue_.has_work());
    deliver();
    --depth;
  });
  push_different(3);

  deliver();

  EXPECT_EQ(deepest, 1);
}

TEST_F(EventQueueTest, GivesItsListenersBackAtItsEnd) {
  const auto listener = join(events_);
  push("check");

  const auto ended = queue_.end();
  deliver();

  EXPECT_EQ(ended.greeted->size(), 1U);
  EXPECT_TRUE(listener->ended);
  EXPECT_FALSE(queue_.has_listeners());
  EXPECT_TRUE(events_.empty());
}

}  // namespace
