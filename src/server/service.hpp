#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include <vitals/server.hpp>

#include "core/sources/coarse_clock.hpp"
#include "http/answers.hpp"
#include "server/head_scan.hpp"
#include "server/host.hpp"
#include "server/limits.hpp"
#include "server/open_descriptors.hpp"
#include "server/places.hpp"
#include "server/proxy_header.hpp"
#include "server/reply.hpp"
#include "server/request_cache.hpp"

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

class Connection;

/// What the connections of a server share. Everything but `host` is for the server's turn.
struct Service {
  using Log = std::function<void(std::string)>;

  Service(std::shared_ptr<Host> the_host, const Answers& the_answers, Limits& the_limits,
          const HealthServerOptions& the_options, Log the_log)
      : host{std::move(the_host)},
        answers{the_answers},
        limits{the_limits},
        options{the_options},
        log{std::move(the_log)},
        stage_limits{stage_limits_of(options)} {}

  [[nodiscard]] HeadLimits head_limits() const noexcept {
    return {.max_head_size = static_cast<std::uint32_t>(options.max_head_size),
            .max_target_size = static_cast<std::uint32_t>(options.max_target_size),
            .max_header_fields = static_cast<std::uint32_t>(options.max_header_fields)};
  }
  /// Whatever must be there whole before it means something.
  [[nodiscard]] std::size_t input_limit() const noexcept {
    const bool has_header = options.proxy_protocol == ProxyProtocol::required;
    return std::max(options.max_head_size, has_header ? ProxyHeaderScan::max_size : 0);
  }
  void begin_turn() noexcept { now = clock(); }
  /// Counts it, and logs it now and then.
  /// @param error  errno, if it was the system's.
  void met(Limit limit, int error = 0) noexcept {
    try {
      const auto detail = error == 0 ? std::string{} : std::system_category().message(error);
      if (auto line = limits.met(limit, now, detail)) log(*std::move(line));
    } catch (...) {
      // Out of memory: a line less.
    }
  }

  /// Shared with those who tell that runs are over: they may do so while the server stops.
  std::shared_ptr<Host> host;
  const Answers& answers;  ///< Outlives the open connections, as `limits` and `options` do.
  Limits& limits;
  const HealthServerOptions& options;
  Log log;
  /// By the index of the stage.
  const std::array<Duration, stage_count> stage_limits;
  int epoll = -1;                               ///< The set of a Dispatcher, where there is one.
  SteadyTime (*clock)() noexcept = coarse_now;  ///< A test has its own.
  SteadyTime now = {};                          ///< As of the beginning of this turn.
  OpenDescriptors descriptors = {};
  Places<Connection> places = {};
  RequestCache requests = {};
  ReplyWriter replies = {};
};

}  // namespace detail
}  // namespace vitals::inline v1
