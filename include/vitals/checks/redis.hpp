#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <memory>

#include <vitals/check.hpp>
#include <vitals/check_result.hpp>
#include <vitals/export.hpp>
#include <vitals/text.hpp>

namespace vitals::inline v1 {
namespace checks {

enum class RedisRole { any, primary, replica };

struct RedisOptions {
  /// What the server must be, by its answer to ROLE.
  RedisRole role = RedisRole::any;
};

/// Whether a Redis or Valkey server answers PING.
///
/// @code
/// #include <vitals/checks/redis.hpp>   // link vitals::checks
/// health.add_readiness_check("redis", vitals::checks::Redis{"redis://app:secret@cache",
///                                                           {.role = vitals::checks::RedisRole::primary}});
/// @endcode
///
/// Each run connects anew, as Tcp does, and authenticates if the URL has a password. A server that is loading its data
/// fails with its own words; so does a replica that has lost its primary, if it has `replica-serve-stale-data no`. The
/// password is in no message. No TLS, no Sentinel, no cluster.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class VITALS_EXPORT Redis {
 public:
  /// Not a liveness check: the server's outage would restart every replica.
  using remote_check = void;

  /// @param url  redis://[[user]:password@]host[:port][/database]; the port is 6379 by default, the database makes no
  ///             difference. In user and password '@', ':', '/' and '%' must be percent-encoded
  ///             (https://www.iana.org/assignments/uri-schemes/prov/redis).
  /// @throws std::invalid_argument  naming the part of the URL that is wrong; the message doesn't repeat the URL.
  explicit Redis(Text url, RedisOptions options = {});

  CheckResult operator()(const CheckContext& context) const;

 private:
  class State;

  std::shared_ptr<State> state_;
};

}  // namespace checks
}  // namespace vitals::inline v1

#endif
