#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <vitals/server.hpp>

#include "core/coarse_clock.hpp"
#include "http/answers.hpp"
#include "server/head_memory.hpp"
#include "server/head_scan.hpp"
#include "server/limits.hpp"
#include "server/places.hpp"
#include "server/reply.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The most that RegistryOptions allows.
inline constexpr std::chrono::seconds max_answer_budget{60};
inline constexpr std::chrono::seconds linger_timeout{2};

/// How long a connection may be in a stage.
[[nodiscard]] inline Duration limit_of(Stage stage, const HealthServerOptions& options) noexcept {
  switch (stage) {
    case Stage::first_byte: return options.first_byte_timeout;
    case Stage::idle: return options.idle_timeout;
    case Stage::head: return options.head_timeout;
    case Stage::lingering: return linger_timeout;
    case Stage::writing: return options.write_timeout;
    case Stage::waiting: return 2 * max_answer_budget;  // never reached: the registry keeps its budget
  }
  return linger_timeout;
}

[[nodiscard]] inline std::array<Duration, stage_count> stage_limits_of(const HealthServerOptions& options) noexcept {
  std::array<Duration, stage_count> limits = {};
  for (std::size_t i = 0; i < stage_count; ++i) limits[i] = limit_of(static_cast<Stage>(i), options);
  return limits;
}

template <class Host>
class Connection;

/// What the connections of a server share. `Host` says whose threads run them: OwnThread, or those of vitals::asio.
///
/// All handlers run one at a time and hold `mutex`, so that whoever else holds it may touch what is theirs. Everything
/// but `loop` is guarded by it.
template <class Host>
struct Service {
  using Log = std::function<void(std::string)>;

  Service(std::shared_ptr<typename Host::Loop> the_loop, const Answers& the_answers, Limits& the_limits,
          HealthServerOptions the_options, Log the_log)
      : loop{std::move(the_loop)},
        answers{the_answers},
        limits{the_limits},
        options{std::move(the_options)},
        log{std::move(the_log)},
        stage_limits{stage_limits_of(options)} {}

  [[nodiscard]] HeadLimits head_limits() const noexcept {
    return {.max_head_size = static_cast<std::uint32_t>(options.max_head_size),
            .max_target_size = static_cast<std::uint32_t>(options.max_target_size),
            .max_header_fields = static_cast<std::uint32_t>(options.max_header_fields)};
  }
  /// Counts it, and logs it now and then.
  /// @param error  errno, if it was the system's.
  void met(Limit limit, int error = 0) noexcept {
    try {
      const auto detail = error == 0 ? std::string{} : std::system_category().message(error);
      if (auto line = limits.met(limit, coarse_now(), detail)) log(*std::move(line));
    } catch (...) {
      // Out of memory: a line less.
    }
  }

  /// Shared with those who tell that runs are over: they may do so while the server stops.
  std::shared_ptr<typename Host::Loop> loop;
  const Answers& answers;  ///< Outlives the open connections, as `limits` does.
  Limits& limits;
  const HealthServerOptions options;
  Log log;
  /// By the index of the stage.
  const std::array<Duration, stage_count> stage_limits;
  boost::asio::ip::tcp protocol = boost::asio::ip::tcp::v4();  ///< Of the listener.
  int epoll = -1;                                              ///< The set of a Dispatcher, where there is one.
  typename Host::Mutex mutex = {};
  Places<Connection<Host>> places = {};
  HeadMemory heads = {};
  ReplyWriter replies = {};
};

/// For a server whose handlers run on a thread of its own, and nothing else does while it runs.
struct OwnThread {
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
    // Its sockets and timers belong to one thread; what others post is still locked.
    boost::asio::io_context io_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  };

  struct Mutex {
    void lock() noexcept {}
    void unlock() noexcept {}
  };
};

}  // namespace detail
}  // namespace vitals::inline v1
