#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <list>
#include <memory>
#include <utility>
#include <vector>

#include <vitals/clock.hpp>

#include "server/peer_address.hpp"
#include "server/peer_counts.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The stage of a connection. Each has a time limit.
enum class Stage : unsigned char {
  handshake,   ///< The transport isn't established yet.
  first_byte,  ///< The peer hasn't sent anything yet.
  idle,        ///< All requests are answered.
  head,        ///< The peer has sent a part of a request's head.
  lingering,   ///< Input is thrown away, so that the peer can read its answer.
  writing,     ///< The peer hasn't read its answer yet.
  waiting,     ///< The answer waits for checks.
};
inline constexpr std::size_t stage_count = 7;

[[nodiscard]] constexpr std::size_t index_of(Stage stage) noexcept { return static_cast<std::size_t>(stage); }

/// How much the peer would lose if the connection were closed: nothing (0), the answer it was sent (1), the bytes it
/// has sent (2), its pending answer (3).
[[nodiscard]] constexpr int loss_of(Stage stage) noexcept {
  switch (stage) {
    case Stage::first_byte:
    case Stage::idle: return 0;
    case Stage::lingering: return 1;
    case Stage::handshake:
    case Stage::head: return 2;
    case Stage::writing:
    case Stage::waiting: return 3;
  }
  return 3;
}

/// Whether a connection may be closed to make room for another one.
enum class GivesWay {
  now,
  after_its_turn,  ///< It must first handle what may have arrived.
  never,           ///< It will soon have its answer.
};

/// The connections that stay open, by stage, and in each stage in the order in which they entered it. So overdue
/// connections and the oldest ones are at the front, and no operation takes longer with more connections. The
/// connections of each remote address have such an order of their own.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
template <class Connection>
class Places {
 public:
  struct Holder {
    std::shared_ptr<Connection> connection;
    SteadyTime since;  ///< When it entered its stage.
    PeerCounts::Index peer = PeerCounts::none;
    // Of the same peer, in the same stage:
    Holder* ahead = nullptr;
    Holder* behind = nullptr;
  };
  /// who_makes_room() asks at most so many connections per stage, because asking may take a system call.
  static constexpr std::size_t most_asked = 16;
  /// It searches at most so many addresses with several places.
  static constexpr std::size_t most_peers = 16;
  using Place = typename std::list<Holder>::iterator;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  Place take(std::shared_ptr<Connection> connection, Stage stage, SteadyTime now, const PeerAddress& peer = {}) {
    std::list<Holder> one;
    one.push_back({.connection = std::move(connection), .since = now});
    if (lines_.size() == peers_.size()) lines_.emplace_back();
    const auto place = one.begin();
    place->peer = peers_.add(peer);  // the last step that may fail
    join_line(*place, stage);
    list_of(stage).splice(list_of(stage).end(), one);
    ++size_;
    return place;
  }
  void move(Place place, Stage from, Stage to, SteadyTime now) noexcept {
    auto& list = list_of(to);
    leave_line(*place, from);
    place->since = now;
    join_line(*place, to);
    list.splice(list.end(), list_of(from), place);
  }
  /// @returns The connection. The place no longer owns it.
  std::shared_ptr<Connection> give_up(Place place, Stage stage) noexcept {
    auto connection = std::move(place->connection);
    leave_line(*place, stage);
    peers_.remove(place->peer);
    list_of(stage).erase(place);
    --size_;
    return connection;
  }

  /// How many places the address of this one has; 0 if it is exempt.
  [[nodiscard]] std::size_t share_of(Place place) const noexcept {
    return place->peer == PeerCounts::none ? 0 : peers_.places_of(place->peer);
  }

  /// A connection that has reached the time limit of its stage; null if there is none.
  /// @param limits  Indexed by stage.
  [[nodiscard]] std::shared_ptr<Connection> overdue(const std::array<Duration, stage_count>& limits,
                                                    SteadyTime now) const {
    for (std::size_t i = 0; i < stage_count; ++i)
      if (!lists_[i].empty() && now - lists_[i].front().since >= limits[i]) return lists_[i].front().connection;
    return nullptr;
  }

  struct Choice {
    std::shared_ptr<Connection> connection = {};
    bool later = false;  ///< One of those that were asked gives way after its turn.
  };
  /// Chooses a connection to close, among those that give way. It is one of the address that has most places; among
  /// these the one that loses least, and among equals the oldest in its stage. Addresses with a single place and exempt
  /// addresses count only if no other address gives way; then all connections are compared alike.
  ///
  /// @param newcomer  Never chosen.
  [[nodiscard]] Choice who_makes_room(const Connection* newcomer = nullptr) const {
    Search search{newcomer};
    search_peers(search);
    if (search.choice.connection) return search.choice;
    search.asked = {};
    for (std::size_t i = 0; i < stage_count; ++i)
      for (const auto& holder : lists_[i])
        if (!search.goes_on_after(holder, i)) break;
    return search.choice;
  }

  /// Any connection; null if there is none.
  [[nodiscard]] std::shared_ptr<Connection> any() const noexcept {
    const auto list = std::find_if(lists_.begin(), lists_.end(), [](const auto& each) { return !each.empty(); });
    return list == lists_.end() ? nullptr : list->front().connection;
  }

 private:
  /// The holders of one peer in one stage, in the order in which they entered it.
  struct Line {
    Holder* first = nullptr;
    Holder* last = nullptr;
  };

  struct Search {
    const Connection* newcomer;
    Choice choice = {};
    std::pair<int, SteadyTime> least = {loss_of(Stage::waiting) + 1, SteadyTime{}};
    std::array<std::size_t, stage_count> asked = {};

    /// Asks a holder whether it gives way, if it would be the best choice so far. False if the holders behind it in its
    /// stage need not be asked.
    bool goes_on_after(const Holder& holder, std::size_t stage) {
      const auto claim = std::pair{loss_of(static_cast<Stage>(stage)), holder.since};
      if (!(claim < least)) return false;
      if (holder.connection.get() == newcomer) return true;
      if (asked[stage] == most_asked) return false;
      ++asked[stage];
      const auto gives_way = holder.connection->gives_way();
      choice.later = choice.later || gives_way == GivesWay::after_its_turn;
      if (gives_way != GivesWay::now) return true;
      choice.connection = holder.connection;
      least = claim;
      return false;
    }
  };

  /// Searches the peers with several places. Those that have equally many are compared together.
  void search_peers(Search& search) const {
    const auto peers = peers_.by_places();
    std::size_t places = 0;
    for (const auto peer : peers.first(std::min(peers.size(), most_peers))) {
      if (peers_.places_of(peer) == 1) return;
      if (search.choice.connection && peers_.places_of(peer) < places) return;
      places = peers_.places_of(peer);
      for (std::size_t i = 0; i < stage_count; ++i)
        for (const auto* holder = lines_[peer][i].first; holder != nullptr; holder = holder->behind)
          if (!search.goes_on_after(*holder, i)) break;
    }
  }

  [[nodiscard]] std::list<Holder>& list_of(Stage stage) noexcept { return lists_[index_of(stage)]; }

  void join_line(Holder& holder, Stage stage) noexcept {
    if (holder.peer == PeerCounts::none) return;
    auto& line = lines_[holder.peer][index_of(stage)];
    holder.ahead = std::exchange(line.last, &holder);
    holder.behind = nullptr;
    (holder.ahead == nullptr ? line.first : holder.ahead->behind) = &holder;
  }
  void leave_line(Holder& holder, Stage stage) noexcept {
    if (holder.peer == PeerCounts::none) return;
    auto& line = lines_[holder.peer][index_of(stage)];
    (holder.ahead == nullptr ? line.first : holder.ahead->behind) = holder.behind;
    (holder.behind == nullptr ? line.last : holder.behind->ahead) = holder.ahead;
  }

  std::array<std::list<Holder>, stage_count> lists_;
  std::vector<std::array<Line, stage_count>> lines_ = {};  ///< Indexed by peer.
  PeerCounts peers_ = {};
  std::size_t size_ = 0;
};

}  // namespace detail
}  // namespace vitals::inline v1
