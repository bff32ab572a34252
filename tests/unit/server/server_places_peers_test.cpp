// Which connection makes room when one remote address has more places than others.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "server/places.hpp"
#include "support/peers.hpp"

namespace {

using namespace std::chrono_literals;
using vitals::detail::GivesWay;
using vitals::detail::PeerAddress;
using vitals::detail::Stage;
using vitals_test::numbered_peer;
using vitals_test::peer;

struct Neighbour {
  [[nodiscard]] GivesWay gives_way() const {
    ++*asked;
    return answer;
  }
  PeerAddress peer;
  GivesWay answer;
  std::size_t* asked;
};
using NeighbourPlaces = vitals::detail::Places<Neighbour>;
using NeighbourPtr = std::shared_ptr<Neighbour>;

const PeerAddress flooder = peer("203.0.113.9");

/// Each peer arrives a second after the one before.
class PlacesPeersTest : public testing::Test {
 protected:
  NeighbourPtr come(const PeerAddress& from, Stage stage = Stage::idle, GivesWay answer = GivesWay::now) {
    auto neighbour = std::make_shared<Neighbour>(Neighbour{from, answer, &asked_});
    stays_.push_back({places_.take(neighbour, stage, now_ += 1s, from), stage});
    return neighbour;
  }
  void go(const NeighbourPtr& neighbour) {
    const auto it =
        std::find_if(stays_.begin(), stays_.end(), [&](const auto& s) { return s.place->connection == neighbour; });
    places_.give_up(it->place, it->stage);
    stays_.erase(it);
  }
  void move(const NeighbourPtr& neighbour, Stage to) {
    for (auto& stay : stays_)
      if (stay.place->connection == neighbour) places_.move(stay.place, std::exchange(stay.stage, to), to, now_ += 1s);
  }
  [[nodiscard]] NeighbourPtr chosen() const { return places_.who_makes_room().connection; }

  struct Stay {
    NeighbourPlaces::Place place;
    Stage stage;
  };
  NeighbourPlaces places_;
  std::vector<Stay> stays_;
  vitals::SteadyTime now_{1h};
  std::size_t asked_ = 0;
};

TEST_F(PlacesPeersTest, TakesRoomFromTheAddressWithMostPlaces) {
  come(numbered_peer(1));
  const auto first = come(flooder);
  come(numbered_peer(2));
  come(flooder);

  EXPECT_EQ(chosen(), first);
}

TEST_F(PlacesPeersTest, TakesRoomFromAnUnfinishedHeadOfThatAddressRatherThanFromAnIdleOther) {
  come(numbered_peer(1));
  come(numbered_peer(2));
  come(numbered_peer(2));
  const auto first = come(flooder, Stage::head);
  come(flooder, Stage::head);
  come(flooder, Stage::head);

  EXPECT_EQ(chosen(), first);
}

TEST_F(PlacesPeersTest, TakesRoomFromTheConnectionThatLosesLeastAtThatAddress) {
  come(flooder, Stage::writing);
  come(flooder, Stage::head);
  const auto idle = come(flooder, Stage::idle);
  come(flooder, Stage::first_byte);

  EXPECT_EQ(chosen(), idle);
}

TEST_F(PlacesPeersTest, TakesRoomFromTheOldestConnectionAtThatAddress) {
  come(numbered_peer(1));
  const auto first = come(flooder);
  const auto second = come(flooder);
  const auto third = come(flooder);

  EXPECT_EQ(chosen(), first);
  move(first, Stage::idle);
  EXPECT_EQ(chosen(), second);
  move(second, Stage::head);
  EXPECT_EQ(chosen(), third);
  go(third);
  EXPECT_EQ(chosen(), first);
  go(first);
  EXPECT_EQ(chosen()->peer, numbered_peer(1));
}

TEST_F(PlacesPeersTest, KeepsToTheOldRuleWhileAllHaveOnePlace) {
  for (std::size_t i = 0; i < 2 * NeighbourPlaces::most_peers; ++i)
    come(numbered_peer(static_cast<int>(i)), Stage::head);
  const auto longest = come(numbered_peer(1000));
  come(numbered_peer(1001));

  EXPECT_EQ(chosen(), longest);
}

TEST_F(PlacesPeersTest, CountsBothFormsOfAnAddressAsOne) {
  come(numbered_peer(1));
  come(numbered_peer(2));
  const auto first = come(peer("192.0.2.1"));
  come(peer("::ffff:192.0.2.1"));

  EXPECT_EQ(chosen(), first);
}

TEST_F(PlacesPeersTest, NeverBlamesAnExemptAddress) {
  const PeerAddress unix_socket;
  for (int i = 0; i < 20; ++i)
    for (const auto& from : {peer("127.0.0.1"), peer("::1"), peer("::ffff:127.0.0.1"), unix_socket}) come(from);
  const auto first = come(flooder);
  come(flooder);

  EXPECT_EQ(chosen(), first);
}

TEST_F(PlacesPeersTest, TakesRoomFromTheOldestConnectionIfOnlyAnExemptAddressHasSeveral) {
  const auto longest = come(peer("127.0.0.1"));
  come(peer("127.0.0.1"));
  come(numbered_peer(1));

  EXPECT_EQ(chosen(), longest);
}

TEST_F(PlacesPeersTest, JudgesAddressesWithEquallyManyPlacesTogether) {
  come(numbered_peer(1), Stage::head);
  come(numbered_peer(1), Stage::head);
  come(numbered_peer(2), Stage::lingering);
  const auto idle = come(numbered_peer(2), Stage::idle);
  come(numbered_peer(3), Stage::writing);
  come(numbered_peer(3), Stage::idle);
  come(numbered_peer(4));

  EXPECT_EQ(chosen(), idle);
}

TEST_F(PlacesPeersTest, TakesRoomFromTheNextAddressIfTheFirstDoesNotGiveWay) {
  come(numbered_peer(1));
  for (int i = 0; i < 3; ++i) come(flooder, Stage::waiting, GivesWay::never);
  const auto second_best = come(numbered_peer(2));
  come(numbered_peer(2));

  EXPECT_EQ(chosen(), second_best);
}

TEST_F(PlacesPeersTest, TakesRoomFromAnyAddressIfNoneWithSeveralPlacesGivesWay) {
  const auto single = come(numbered_peer(1));
  for (std::size_t i = 0; i < 2 * NeighbourPlaces::most_asked; ++i)
    come(flooder, Stage::idle, GivesWay::after_its_turn);

  const auto choice = places_.who_makes_room();

  EXPECT_EQ(choice.connection, single);
  EXPECT_TRUE(choice.later);
}

TEST_F(PlacesPeersTest, PassesByTheNewcomer) {
  const auto other = come(numbered_peer(1));
  const auto mine = come(flooder);
  const auto newcomer = come(flooder, Stage::first_byte);
  move(mine, Stage::idle);

  EXPECT_EQ(places_.who_makes_room(newcomer.get()).connection, mine);
  move(mine, Stage::waiting);
  mine->answer = GivesWay::never;
  EXPECT_EQ(places_.who_makes_room(newcomer.get()).connection, other);
}

TEST_F(PlacesPeersTest, EndsAFloodBeforeAnybodyElse) {
  constexpr int others = 200;
  constexpr int flood = 312;
  for (int i = 0; i < others; ++i) come(numbered_peer(i));
  for (int i = 0; i < flood; ++i) come(flooder, i % 2 == 0 ? Stage::head : Stage::first_byte);
  ASSERT_EQ(places_.size(), 512U);

  for (int i = 0; i < flood - 1; ++i) {
    const auto next = chosen();
    ASSERT_EQ(next->peer, flooder) << i;
    go(next);
  }

  EXPECT_EQ(chosen()->peer, numbered_peer(0));
  EXPECT_EQ(places_.size(), others + 1U);
}

TEST_F(PlacesPeersTest, AsksOnlyOneOfAFloodThatGivesWay) {
  for (int i = 0; i < 400; ++i) come(numbered_peer(i));
  for (int i = 0; i < 112; ++i) come(flooder);

  const auto next = chosen();

  EXPECT_EQ(next->peer, flooder);
  EXPECT_EQ(asked_, 1U);
}

TEST_F(PlacesPeersTest, AsksOnlySomeHoweverManyDoNotGiveWay) {
  for (int i = 0; i < 512; ++i)
    come(numbered_peer(i / 4), static_cast<Stage>(i % static_cast<int>(vitals::detail::stage_count)),
         GivesWay::after_its_turn);

  EXPECT_EQ(chosen(), nullptr);

  EXPECT_LE(asked_, 2 * vitals::detail::stage_count * NeighbourPlaces::most_asked);
}

TEST_F(PlacesPeersTest, BlamesNoAddressOnceAFloodIsOver) {
  const auto longest = come(numbered_peer(1));
  std::vector<NeighbourPtr> flood;
  for (int i = 0; i < 100; ++i) flood.push_back(come(flooder));

  for (const auto& each : flood) go(each);

  come(numbered_peer(2));
  EXPECT_EQ(chosen(), longest);
}

}  // namespace
