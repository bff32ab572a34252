#include <array>
#include <chrono>
#include <memory>
#include <optional>

#include <gtest/gtest.h>

#include "server/places.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::detail::GivesWay;
using vitals::detail::Stage;

struct Guest {
  [[nodiscard]] GivesWay gives_way() const { return answer; }
  GivesWay answer = GivesWay::now;
};
using GuestPlaces = vitals::detail::Places<Guest>;

/// The moment this long after the beginning.
vitals::SteadyTime at(std::chrono::seconds seconds) { return vitals::SteadyTime{seconds}; }

/// The limit of each stage: ten seconds.
constexpr std::array<vitals::Duration, vitals::detail::stage_count> limits = {10s, 10s, 10s, 10s, 10s, 10s, 10s};

TEST(PlacesTest, HasNoConnectionOverdueBeforeTheLimit) {
  GuestPlaces places;
  const auto guest = std::make_shared<Guest>();

  places.take(guest, Stage::idle, at(5s));

  EXPECT_EQ(places.overdue(limits, at(14s)), nullptr);
  EXPECT_EQ(places.overdue(limits, at(15s)), guest);
}

TEST(PlacesTest, CountsTheLimitFromTheLastMove) {
  GuestPlaces places;
  const auto guest = std::make_shared<Guest>();
  const auto place = places.take(guest, Stage::idle, at(0s));

  places.move(place, Stage::idle, Stage::idle, at(8s));

  EXPECT_EQ(places.overdue(limits, at(17s)), nullptr);
  EXPECT_EQ(places.overdue(limits, at(18s)), guest);
}

TEST(PlacesTest, ReleasesAConnectionThatGivesUpItsPlace) {
  GuestPlaces places;
  auto guest = std::make_shared<Guest>();
  const std::weak_ptr<Guest> watched = guest;
  const auto place = places.take(std::move(guest), Stage::head, at(0s));

  places.give_up(place, Stage::head);

  EXPECT_TRUE(places.empty());
  EXPECT_TRUE(watched.expired());
}

TEST(PlacesTest, TakesRoomFromTheOldestConnection) {
  GuestPlaces places;
  const auto first = std::make_shared<Guest>();
  const auto second = std::make_shared<Guest>();
  const auto place = places.take(first, Stage::idle, at(1s));
  places.take(second, Stage::first_byte, at(2s));

  EXPECT_EQ(places.who_makes_room().connection, first);
  places.move(place, Stage::idle, Stage::idle, at(3s));
  EXPECT_EQ(places.who_makes_room().connection, second);
}

TEST(PlacesTest, TakesRoomFromTheConnectionThatLosesLeast) {
  GuestPlaces places;
  const auto writes = std::make_shared<Guest>();
  const auto begins = std::make_shared<Guest>();
  const auto lingers = std::make_shared<Guest>();
  const auto idles = std::make_shared<Guest>();
  places.take(writes, Stage::writing, at(1s));
  const auto head = places.take(begins, Stage::head, at(2s));
  const auto lingering = places.take(lingers, Stage::lingering, at(3s));
  const auto idle = places.take(idles, Stage::idle, at(4s));

  EXPECT_EQ(places.who_makes_room().connection, idles);
  places.give_up(idle, Stage::idle);
  EXPECT_EQ(places.who_makes_room().connection, lingers);
  places.give_up(lingering, Stage::lingering);
  EXPECT_EQ(places.who_makes_room().connection, begins);
  places.give_up(head, Stage::head);
  EXPECT_EQ(places.who_makes_room().connection, writes);
}

TEST(PlacesTest, SkipsAConnectionThatDoesNotGiveWay) {
  GuestPlaces places;
  const auto never = std::make_shared<Guest>(Guest{GivesWay::never});
  const auto now = std::make_shared<Guest>();
  places.take(never, Stage::writing, at(1s));
  places.take(now, Stage::writing, at(2s));

  const auto choice = places.who_makes_room();

  EXPECT_EQ(choice.connection, now);
  EXPECT_FALSE(choice.later);
}

TEST(PlacesTest, DoesNotTakeRoomFromTheNewcomer) {
  GuestPlaces places;
  const auto busy = std::make_shared<Guest>(Guest{GivesWay::never});
  const auto newcomer = std::make_shared<Guest>();
  places.take(busy, Stage::waiting, at(1s));
  places.take(newcomer, Stage::first_byte, at(2s));

  EXPECT_EQ(places.who_makes_room(newcomer.get()).connection, nullptr);
}

TEST(PlacesTest, ReportsThatAConnectionWillGiveWay) {
  GuestPlaces places;
  places.take(std::make_shared<Guest>(Guest{GivesWay::after_its_turn}), Stage::idle, at(1s));

  const auto choice = places.who_makes_room();

  EXPECT_EQ(choice.connection, nullptr);
  EXPECT_TRUE(choice.later);
}

TEST(PlacesTest, AsksOnlySomeConnectionsHoweverManyThereAre) {
  GuestPlaces places;
  for (std::size_t i = 0; i < GuestPlaces::most_asked; ++i)
    places.take(std::make_shared<Guest>(Guest{GivesWay::after_its_turn}), Stage::idle, at(1s));
  places.take(std::make_shared<Guest>(), Stage::idle, at(2s));

  const auto choice = places.who_makes_room();

  EXPECT_EQ(choice.connection, nullptr);
  EXPECT_TRUE(choice.later);
}

TEST(PlacesTest, PromisesNothingIfNoneOfThoseAskedGivesWay) {
  GuestPlaces places;
  for (std::size_t i = 0; i <= GuestPlaces::most_asked; ++i)
    places.take(std::make_shared<Guest>(Guest{GivesWay::never}), Stage::waiting, at(1s));

  const auto choice = places.who_makes_room();

  EXPECT_EQ(choice.connection, nullptr);
  EXPECT_FALSE(choice.later);
}

TEST(PlacesTest, AlwaysFindsAConnectionIfThereIsOne) {
  GuestPlaces places;
  const auto guest = std::make_shared<Guest>();
  const auto place = places.take(guest, Stage::waiting, at(1s));

  EXPECT_EQ(places.any(), guest);
  places.give_up(place, Stage::waiting);
  EXPECT_EQ(places.any(), nullptr);
}

}  // namespace
