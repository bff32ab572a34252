#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <memory>

#include <vitals/export.hpp>

/// The notifications that systemd expects of a service, without libsystemd. Link vitals::systemd.
namespace vitals::inline v1 {

class HealthRegistry;

namespace detail {
class SystemdFollower;
}

struct SystemdOptions {
  /// When READY=1 is sent. False: when startup has succeeded; without startup checks when the first Runner or server
  /// starts. True: when, after that, readiness first doesn't fail. A dependency that is down at boot then keeps the
  /// unit from starting, and systemd kills the service some time after RegistryOptions::startup_limit.
  bool wait_until_ready = false;
  /// True: when liveness fails, WATCHDOG=trigger makes systemd act at once, as if WatchdogSec had passed. It needs no
  /// WatchdogSec. Not while draining.
  bool trigger_watchdog = false;
  /// True: the constructor removes NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID from the environment, so that programs
  /// which the service starts don't inherit them. No other thread may use the environment meanwhile.
  bool unset_environment = false;
};

/// Reports to systemd that the service is reloading, until this object is destroyed: see SystemdNotifier::reloading().
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
/// @par Lifetime       May outlive its notifier and the registry.
class [[nodiscard]] VITALS_EXPORT SystemdReload {
 public:
  SystemdReload() noexcept;
  /// For SystemdNotifier::reloading().
  explicit SystemdReload(std::shared_ptr<detail::SystemdFollower> follower) noexcept;
  SystemdReload(SystemdReload&& other) noexcept;
  SystemdReload& operator=(SystemdReload&& other) noexcept;
  ~SystemdReload();

 private:
  std::shared_ptr<detail::SystemdFollower> follower_;
};

/// Keeps systemd informed about a service of `Type=notify` or `Type=notify-reload`. Does nothing outside a unit.
///
/// @code
/// vitals::HealthRegistry health;
/// const vitals::SystemdNotifier systemd{health};
/// vitals::HealthServer server{health, {.port = 8080}};
/// server.start();   // READY=1, or once the startup checks have passed
/// @endcode
///
/// - READY=1: when startup has succeeded, see SystemdOptions::wait_until_ready.
/// - STATUS=: with each transition of a check or a probe; one line of at most 1 KiB.
/// - WATCHDOG=1: every half of WatchdogSec, while liveness doesn't fail.
/// - EXTEND_TIMEOUT_USEC=: 30 s, every 15 s, while the service starts or drains and liveness doesn't fail; while it
///   starts for RegistryOptions::startup_limit at most.
/// - STOPPING=1: at HealthRegistry::begin_shutdown(), which a Lifecycle calls.
///
/// The registry's timer sends what is periodic: without a Runner or a server, or if the timer is stuck, systemd's own
/// timeouts apply. Listeners that hang delay nothing. STATUS has the reasons that events have, and every user of the
/// machine may read it. What systemd doesn't take at once is sent again 100 ms later; other errors are ignored: then
/// there is no receiver.
///
/// The environment is read once, by the constructor. It isn't changed, so that child processes inherit it: by default
/// systemd ignores what they send (NotifyAccess=main). A copy of this object in a child of fork() sends nothing:
/// create it after daemon(3). See sd_notify(3) and sd_watchdog_enabled(3).
///
/// @par Thread safety  Distinct objects: safe; use one per process. Shared objects: safe, except for the destructor.
/// @par Lifetime       May outlive the registry. Its end sends nothing.
class VITALS_EXPORT SystemdNotifier {
 public:
  /// @throws std::system_error  naming NOTIFY_SOCKET, if it is set and is neither an absolute path nor an abstract name
  ///                            ("@name"), or if there is no socket to be had (RestrictAddressFamilies= without
  ///                            AF_UNIX, no descriptor).
  [[nodiscard]] explicit SystemdNotifier(HealthRegistry& health,  // no match? Name it: SystemdOptions{...}
                                         SystemdOptions options = {});
  SystemdNotifier(const SystemdNotifier&) = delete;
  SystemdNotifier& operator=(const SystemdNotifier&) = delete;
  ~SystemdNotifier();

  /// Sends RELOADING=1 now, and READY=1 when the last such object is destroyed. Before READY=1 and while the service
  /// stops, neither.
  /// @code
  /// const auto reload = systemd.reloading();
  /// read_configuration();
  /// @endcode
  SystemdReload reloading() const;

  /// Whether the process runs in a unit that expects notifications: NOTIFY_SOCKET was set.
  [[nodiscard]] bool in_unit() const noexcept { return follower_ != nullptr; }

 private:
  std::shared_ptr<detail::SystemdFollower> follower_;
};

}  // namespace vitals::inline v1

#endif
