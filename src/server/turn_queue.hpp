#pragma once

#include <cstddef>
#include <deque>
#include <memory>

#include "server/host.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Clients that do something expensive, in order, a few per turn. Between these turns other work runs.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: on the server's turn only.
class TurnQueue final : public HostTask, public std::enable_shared_from_this<TurnQueue> {
 public:
  static constexpr std::size_t most_per_turn = 8;

  /// @param host  Outlives the queue's last call.
  explicit TurnQueue(Host& host) noexcept : host_{host} {}

  /// The client will be called once, unless it is gone by then. @throws std::bad_alloc
  void add(std::weak_ptr<HostTask> client) {
    waiting_.push_back(std::move(client));
    wake();
  }
  /// Asks the host for a turn. It may have been asked in vain before, for lack of memory.
  void wake() { host_.post(shared_from_this()); }

 private:
  void on_turn() noexcept override {
    for (std::size_t called = 0; called < most_per_turn && !waiting_.empty(); ++called) {
      const auto client = waiting_.front().lock();
      waiting_.pop_front();
      if (client) client->on_turn();
    }
    if (!waiting_.empty()) wake();
  }

  Host& host_;
  std::deque<std::weak_ptr<HostTask>> waiting_ = {};
};

}  // namespace detail
}  // namespace vitals::inline v1
