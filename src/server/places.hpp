#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <list>
#include <memory>
#include <utility>

#include <vitals/clock.hpp>

namespace vitals::inline v1 {
namespace detail {

/// What a connection is at. Each has a limit of time.
enum class Stage : unsigned char {
  first_byte,  ///< It hasn't sent anything yet.
  idle,        ///< All its requests are answered.
  head,        ///< It has sent a part of a request's head.
  lingering,   ///< What it still sends is thrown away, so that it can read its answer.
  writing,     ///< It hasn't read its answer yet.
  waiting,     ///< Its answer waits for checks.
};
inline constexpr std::size_t stage_count = 6;

[[nodiscard]] constexpr std::size_t index_of(Stage stage) noexcept { return static_cast<std::size_t>(stage); }

/// What its peer would lose if it were closed: nothing, what it has been sent, what it has sent, its answer.
[[nodiscard]] constexpr int loss_of(Stage stage) noexcept {
  switch (stage) {
    case Stage::first_byte:
    case Stage::idle: return 0;
    case Stage::lingering: return 1;
    case Stage::head: return 2;
    case Stage::writing:
    case Stage::waiting: return 3;
  }
  return 3;
}

/// Whether a connection may be closed to make room for another one.
enum class GivesWay {
  now,
  after_its_turn,  ///< What may have arrived comes first.
  never,           ///< An answer is on its way, and soon.
};

/// The connections that stay open, by stage, and in each stage in the order in which they came to it. So both who is
/// overdue and who has been there for longest is found at the front, and nothing takes longer the more they are.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
template <class Connection>
class Places {
 public:
  struct Holder {
    std::shared_ptr<Connection> connection;
    SteadyTime since;  ///< In its stage.
  };
  /// Of a stage, for who makes room: asking may take a system call.
  static constexpr std::size_t most_asked = 16;
  using Place = typename std::list<Holder>::iterator;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  Place take(std::shared_ptr<Connection> connection, Stage stage, SteadyTime now) {
    auto& list = list_of(stage);
    list.push_back({std::move(connection), now});
    ++size_;
    return std::prev(list.end());
  }
  void move(Place place, Stage from, Stage to, SteadyTime now) noexcept {
    auto& list = list_of(to);
    place->since = now;
    list.splice(list.end(), list_of(from), place);
  }
  /// @returns Its holder, which the caller lets go of.
  std::shared_ptr<Connection> give_up(Place place, Stage stage) noexcept {
    auto connection = std::move(place->connection);
    list_of(stage).erase(place);
    --size_;
    return connection;
  }

  /// One that has been in its stage for the stage's limit; null if there is none.
  /// @param limits  By the index of the stage.
  [[nodiscard]] std::shared_ptr<Connection> overdue(const std::array<Duration, stage_count>& limits,
                                                    SteadyTime now) const {
    for (std::size_t i = 0; i < stage_count; ++i)
      if (!lists_[i].empty() && now - lists_[i].front().since >= limits[i]) return lists_[i].front().connection;
    return nullptr;
  }

  /// Of those that give way, the one that loses least, and of several the one that has been there for longest.
  struct Choice {
    std::shared_ptr<Connection> connection = {};
    bool somebody_will = false;  ///< Another one gives way after its turn.
  };
  /// @param newcomer  Doesn't make room for itself.
  [[nodiscard]] Choice who_makes_room(const Connection* newcomer = nullptr) const {
    Choice choice;
    auto least = std::pair{loss_of(Stage::waiting) + 1, SteadyTime{}};
    for (std::size_t i = 0; i < stage_count; ++i) {
      std::size_t asked = 0;
      for (const auto& holder : lists_[i]) {
        const auto claim = std::pair{loss_of(static_cast<Stage>(i)), holder.since};
        if (!(claim < least)) break;
        if (holder.connection.get() == newcomer) continue;
        if (++asked > most_asked) {
          choice.somebody_will = true;
          break;
        }
        const auto gives_way = holder.connection->gives_way();
        choice.somebody_will = choice.somebody_will || gives_way == GivesWay::after_its_turn;
        if (gives_way != GivesWay::now) continue;
        choice.connection = holder.connection;
        least = claim;
        break;
      }
    }
    return choice;
  }

  /// Any of them; null if there is none.
  [[nodiscard]] std::shared_ptr<Connection> any() const noexcept {
    const auto list = std::find_if(lists_.begin(), lists_.end(), [](const auto& each) { return !each.empty(); });
    return list == lists_.end() ? nullptr : list->front().connection;
  }

 private:
  [[nodiscard]] std::list<Holder>& list_of(Stage stage) noexcept { return lists_[index_of(stage)]; }

  std::array<std::list<Holder>, stage_count> lists_;
  std::size_t size_ = 0;
};

}  // namespace detail
}  // namespace vitals::inline v1
