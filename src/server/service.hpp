#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
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
#include "server/request_counts.hpp"
#include "server/transport.hpp"
#include "server/turn_queue.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The maximum of RegistryOptions::answer_budget.
inline constexpr std::chrono::seconds max_answer_budget{60};
inline constexpr std::chrono::seconds linger_timeout{2};

[[nodiscard]] inline Duration limit_of(Stage stage, const HealthServerOptions& options) noexcept {
  switch (stage) {
    case Stage::handshake: return Duration::max();  // without a transport there is none
    case Stage::first_byte: return options.first_byte_timeout;
    case Stage::idle: return options.idle_timeout;
    case Stage::head: return options.head_timeout;
    case Stage::lingering: return linger_timeout;
    case Stage::writing: return options.write_timeout;
    case Stage::waiting: return 2 * max_answer_budget;  // never reached: the registry ends the wait before
  }
  return linger_timeout;
}

[[nodiscard]] inline std::array<Duration, stage_count> stage_limits_of(const HealthServerOptions& options,
                                                                       const Transports* transports) noexcept {
  std::array<Duration, stage_count> limits = {};
  for (std::size_t i = 0; i < stage_count; ++i) limits[i] = limit_of(static_cast<Stage>(i), options);
  if (transports != nullptr) limits[index_of(Stage::handshake)] = transports->handshake_timeout();
  return limits;
}

class Connection;

/// What the connections of a server share. Everything except `host` is used on the server's turn only.
struct Service {
  using Log = std::function<void(std::string)>;

  Service(std::shared_ptr<Host> the_host, const Answers& the_answers, Limits& the_limits, RequestCounts& the_counts,
          const HealthServerOptions& the_options, Log the_log, std::unique_ptr<Transports> the_transports = nullptr)
      : host{std::move(the_host)},
        answers{the_answers},
        limits{the_limits},
        counts{the_counts},
        options{the_options},
        log{std::move(the_log)},
        transports{std::move(the_transports)},
        handshakes{transports ? std::make_shared<TurnQueue>(*host) : nullptr},
        stage_limits{stage_limits_of(options, transports.get())} {}

  [[nodiscard]] HeadLimits head_limits() const noexcept {
    return {.max_head_size = static_cast<std::uint32_t>(options.max_head_size),
            .max_target_size = static_cast<std::uint32_t>(options.max_target_size),
            .max_header_fields = static_cast<std::uint32_t>(options.max_header_fields)};
  }
  /// The longest input that must be complete before it is handled.
  [[nodiscard]] std::size_t input_limit() const noexcept {
    const bool has_header = options.proxy_protocol == ProxyProtocol::required;
    return std::max(options.max_head_size, has_header ? ProxyHeaderScan::max_size : 0);
  }
  void begin_turn() noexcept { now = clock(); }
  /// Counts it, and logs it at most once a minute.
  void met(Limit limit, std::string_view detail = {}) noexcept {
    try {
      if (auto line = limits.met(limit, now, detail)) log(*std::move(line));
    } catch (...) {
      // Out of memory: the line is dropped.
    }
  }

  /// Shared with the callbacks for the end of runs, which may come while the server stops.
  std::shared_ptr<Host> host;
  // These four outlive the open connections.
  const Answers& answers;
  Limits& limits;
  RequestCounts& counts;
  const HealthServerOptions& options;
  Log log;
  const std::unique_ptr<Transports> transports;  ///< Null for plain sockets; then `handshakes` is, too.
  const std::shared_ptr<TurnQueue> handshakes;
  const std::array<Duration, stage_count> stage_limits;  ///< Indexed by stage.
  int epoll = -1;                                        ///< The Dispatcher's set; -1 in portable builds.
  SteadyTime (*clock)() noexcept = coarse_now;           ///< Tests replace it.
  SteadyTime now = {};                                   ///< At the beginning of this turn.
  OpenDescriptors descriptors = {};
  Places<Connection> places = {};
  RequestCache requests = {};
  ReplyWriter replies = {};
};

}  // namespace detail
}  // namespace vitals::inline v1
