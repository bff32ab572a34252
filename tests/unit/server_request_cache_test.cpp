#include <string>

#include <gtest/gtest.h>

#include "server/head_memory.hpp"

namespace {

using vitals::Probe;
using vitals::detail::HeadMemory;
using vitals::detail::Persistence;

TEST(HeadMemoryTest, KnowsNothingAtFirst) {
  const HeadMemory memory;

  EXPECT_EQ(memory.find("GET /ready HTTP/1.1\r\n\r\n"), nullptr);
}

TEST(HeadMemoryTest, KnowsWhatAHeadMeant) {
  HeadMemory memory;

  memory.keep("one", {.route = {.probe = Probe::liveness}, .persistence = Persistence::close});
  memory.keep("two", {.route = {.probe = Probe::readiness}, .persistence = Persistence::keep_alive});

  ASSERT_NE(memory.find("one"), nullptr);
  EXPECT_EQ(memory.find("one")->route.probe, Probe::liveness);
  EXPECT_EQ(memory.find("one")->persistence, Persistence::close);
  ASSERT_NE(memory.find("two"), nullptr);
  EXPECT_EQ(memory.find("two")->route.probe, Probe::readiness);
  EXPECT_EQ(memory.find("two")->persistence, Persistence::keep_alive);
}

TEST(HeadMemoryTest, TakesOnlyTheWholeHeadForIt) {
  HeadMemory memory;

  memory.keep("a head", {});

  EXPECT_EQ(memory.find("a hea"), nullptr);
  EXPECT_EQ(memory.find("a head and more"), nullptr);
  EXPECT_EQ(memory.find("A head"), nullptr);
}

TEST(HeadMemoryTest, ForgetsTheOldestForANewOne) {
  HeadMemory memory;

  for (const char* head : {"1", "2", "3", "4", "5"}) memory.keep(head, {});

  EXPECT_EQ(memory.find("1"), nullptr);
  for (const char* head : {"2", "3", "4", "5"}) EXPECT_NE(memory.find(head), nullptr) << head;
}

TEST(HeadMemoryTest, DoesNotKeepALongHead) {
  HeadMemory memory;
  const std::string longest(HeadMemory::max_head_size, 'x');

  memory.keep(longest, {});
  memory.keep(longest + "x", {});

  EXPECT_NE(memory.find(longest), nullptr);
  EXPECT_EQ(memory.find(longest + "x"), nullptr);
}

}  // namespace
