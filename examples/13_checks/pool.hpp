#pragma once

// A pool of connections, as an application or its client library has one.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

struct Connection {};

class Pool {
 public:
  struct GiveBack {
    Pool* pool;
    void operator()(Connection* connection) const { pool->give_back(connection); }
  };
  using Lease = std::unique_ptr<Connection, GiveBack>;

  explicit Pool(std::size_t size) : connections_(size) {
    for (auto& connection : connections_) free_.push_back(&connection);
  }

  /// @returns A connection until the lease is destroyed; null if none was free in time.
  Lease try_acquire_for(std::chrono::milliseconds limit) {
    std::unique_lock lock{mutex_};
    if (!changed_.wait_for(lock, limit, [&] { return !free_.empty(); })) return {nullptr, {this}};
    auto* const connection = free_.back();
    free_.pop_back();
    return {connection, {this}};
  }
  std::size_t available() {
    const std::scoped_lock lock{mutex_};
    return free_.size();
  }

 private:
  void give_back(Connection* connection) {
    const std::scoped_lock lock{mutex_};
    free_.push_back(connection);
    changed_.notify_one();
  }

  std::vector<Connection> connections_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Connection*> free_;
};
