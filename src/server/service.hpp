#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_set>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <vitals/server.hpp>

#include "http/answers.hpp"

namespace vitals::inline v1 {
namespace detail {

template <class Host>
class Connection;

/// What the connections of a server share. `Host` says whose threads run them: OwnThread, or those of vitals::asio.
///
/// All handlers run one at a time and hold `mutex`, so that whoever else holds it may touch what is theirs. Everything
/// but `loop` and `draining` is guarded by it.
template <class Host>
struct Service {
  /// Shared with those who tell that runs are over: they may do so while the server stops.
  std::shared_ptr<typename Host::Loop> loop;
  const Answers& answers;  ///< Outlives the open connections.
  std::size_t max_head_size;
  std::size_t max_connections;
  std::chrono::steady_clock::duration head_timeout;
  std::chrono::steady_clock::duration idle_timeout;
  std::atomic<bool> draining = false;
  typename Host::Mutex mutex = {};
  std::uint64_t turn = 0;  ///< Of the acceptor. Between two of them every connection has had its own.
  std::unordered_set<std::shared_ptr<Connection<Host>>> connections = {};
};

template <class Host>
std::shared_ptr<Service<Host>> make_service(std::shared_ptr<typename Host::Loop> loop, const Answers& answers,
                                            const HealthServerOptions& options) {
  return std::shared_ptr<Service<Host>>{new Service<Host>{.loop = std::move(loop),
                                                          .answers = answers,
                                                          .max_head_size = options.max_head_size,
                                                          .max_connections = options.max_connections,
                                                          .head_timeout = options.head_timeout,
                                                          .idle_timeout = options.idle_timeout}};
}

/// For a server whose handlers run on a thread of its own, and nothing else does while it runs.
struct OwnThread {
  static constexpr bool has_one_thread = true;
  using Executor = boost::asio::io_context::executor_type;

  class Loop {
   public:
    [[nodiscard]] boost::asio::io_context& io() noexcept { return io_; }
    /// Runs a task on the server's thread, from any thread.
    template <class Task>
    void post(Task&& task) {
      boost::asio::post(io_, std::forward<Task>(task));
    }

   private:
    boost::asio::io_context io_{1};
  };

  struct Mutex {
    void lock() noexcept {}
    void unlock() noexcept {}
  };
};

}  // namespace detail
}  // namespace vitals::inline v1
