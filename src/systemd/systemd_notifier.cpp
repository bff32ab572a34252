#include <chrono>
#include <new>
#include <utility>

#include <vitals/process_owner.hpp>
#include <vitals/registry.hpp>
#include <vitals/systemd.hpp>

#include "core/state/follower.hpp"
#include "systemd/environment.hpp"
#include "systemd/notify_machine.hpp"
#include "systemd/notify_socket.hpp"
#include "systemd/status_line.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The machine, fed by a registry, and its socket. The registry's lock guards it all.
///
/// Sends with that lock held, so that the order is right: a send doesn't block.
class SystemdFollower final : public Follower {
 public:
  SystemdFollower(const std::shared_ptr<RegistryState>& registry, const SystemdEnvironment& environment,
                  const SystemdOptions& options)
      : registry_{registry},
        socket_{environment.notify_socket},
        machine_{{.watchdog = environment.watchdog, .trigger_watchdog = options.trigger_watchdog}},
        wait_until_ready_{options.wait_until_ready} {
    owner_.claim();
  }

  void stop() noexcept {
    if (const auto state = registry()) remove_follower(*state, *this);
  }
  void begin_reload() noexcept {
    change([this] { machine_.begin_reload(); });
  }
  void end_reload() noexcept {
    change([this] { machine_.end_reload(); });
  }

 private:
  static constexpr std::chrono::milliseconds again_after{100};

  [[nodiscard]] SteadyTime follow(const RegistryState& state, const Moment& now, bool on_time) noexcept override {
    state.mutex.is_held();
    if (owner_.is_another() || state.model.closed()) return SteadyTime::max();
    const auto service = look(state, now, on_time);
    const auto notice = machine_.notice(service);
    if (!notice.empty()) {
      if (!send(notice, state, now)) return now.steady + again_after;
      machine_.sent(notice, service);
    }
    return machine_.next(service);
  }

  [[nodiscard]] ServiceState look(const RegistryState& state, const Moment& now, bool on_time) const noexcept {
    state.mutex.is_held();
    const auto passes = [&](Probe probe) {
      state.mutex.is_held();
      return state.model.verdict_of(probe, now.steady).status != Status::fail;
    };
    const auto& life = state.model.life();
    return {.now = now.steady,
            .on_time = on_time,
            .run = state.threads || state.ran,
            .started = !life.starting() && (!wait_until_ready_ || passes(Probe::readiness)),
            .draining = life.shut_down.has_value(),
            .alive = passes(Probe::liveness),
            .starting_until = life.constructed + state.options.startup_limit,
            .events = state.events.count()};
  }

  [[nodiscard]] bool send(const Notice& notice, const RegistryState& state, const Moment& now) const noexcept {
    state.mutex.is_held();
    using std::chrono::microseconds;
    try {
      const auto status = notice.status ? status_line(state.model, now.steady) : std::string{};
      const auto monotonic = std::chrono::steady_clock::now().time_since_epoch();
      return socket_.send(text_of(notice, status, std::chrono::duration_cast<microseconds>(monotonic)));
    } catch (const std::bad_alloc&) {
      return false;
    }
  }

  /// Null in a child of fork(): its copy of the lock may be held for ever.
  [[nodiscard]] std::shared_ptr<RegistryState> registry() const noexcept {
    return owner_.is_another() ? nullptr : registry_.lock();
  }

  template <class Change>
  void change(Change change) noexcept {
    const auto state = registry();
    if (!state) return;
    {
      const Lock lock{state->mutex};
      change();
    }
    call_followers(*state);
  }

  const std::weak_ptr<RegistryState> registry_;
  const NotifySocket socket_;
  NotifyMachine machine_;
  const bool wait_until_ready_;
  ProcessOwner owner_;
};

}  // namespace detail

SystemdReload::SystemdReload() noexcept = default;
SystemdReload::SystemdReload(std::shared_ptr<detail::SystemdFollower> follower) noexcept
    : follower_{std::move(follower)} {
  if (follower_) follower_->begin_reload();
}
SystemdReload::SystemdReload(SystemdReload&& other) noexcept = default;

SystemdReload& SystemdReload::operator=(SystemdReload&& other) noexcept {
  SystemdReload taken{std::move(other)};
  follower_.swap(taken.follower_);
  return *this;
}

SystemdReload::~SystemdReload() {
  if (follower_) follower_->end_reload();
}

SystemdNotifier::SystemdNotifier(HealthRegistry& health, SystemdOptions options) {
  const auto environment = detail::read_systemd_environment();
  if (options.unset_environment) detail::unset_systemd_environment();
  if (environment.notify_socket.empty()) return;
  const auto state = detail::state_of(health);
  follower_ = std::make_shared<detail::SystemdFollower>(state, environment, options);
  detail::add_follower(*state, follower_);
}

SystemdNotifier::~SystemdNotifier() {
  if (follower_) follower_->stop();
}

SystemdReload SystemdNotifier::reloading() const { return SystemdReload{follower_}; }

}  // namespace vitals::inline v1
