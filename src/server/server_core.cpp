#include "server/server_core.hpp"

#include <string>
#include <system_error>
#include <utility>

#include <vitals/error.hpp>

#include "core/scheduler_lease.hpp"
#include "server/acceptor.hpp"
#include "server/listen_socket.hpp"
#include "server/own_thread.hpp"
#include "server/server_metrics.hpp"
#include "server/server_options.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Everything that exists from start() to stop(). The order of the members matters: the acceptor is destroyed before
/// the service, and that before the thread with its io_context.
struct ServerCore::Run {
  Run(ListenSocket socket, std::unique_ptr<Transports> transports, const Answers& answers, Limits& limits,
      RequestCounts& counts, const HealthServerOptions& options, std::shared_ptr<SchedulerLease> the_lease)
      : port{socket.port},
        traces{socket.traces()},
        lease{std::move(the_lease)},
        service{std::make_shared<Service>(
            thread.host(), answers, limits, counts, options, [this](std::string line) { lease->log(std::move(line)); },
            std::move(transports))},
        acceptor{service, std::move(socket)} {
    try {
      limits.set_name(server_name(options.address, port));
      acceptor.start();
      thread.start(options.short_time_slice);
    } catch (...) {
      end();
      throw;
    }
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  void end() noexcept {
    thread.join();
    acceptor.close();
    thread.close();
  }

  std::uint16_t port;
  ListenTraces traces;
  std::shared_ptr<SchedulerLease> lease;
  OwnThread thread;
  std::shared_ptr<Service> service;
  Acceptor acceptor;
};

ServerCore::ServerCore(std::shared_ptr<RegistryState> state, HealthServerOptions options)
    : state_{std::move(state)},
      options_{valid(std::move(options))},
      answers_{state_, options_.endpoint, metrics_routes(options_, counts_, limits_)} {}

ServerCore::~ServerCore() { stop(); }

void ServerCore::begin_start() {
  if (in_another_process())
    throw std::system_error{std::make_error_code(std::errc::operation_not_permitted),
                            "vitals: can't start the server: it was started in the parent process"};
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [&] { return phase_ != Phase::stopping; });
  if (phase_ != Phase::stopped) throw std::system_error{Errc::already_started, "vitals: can't start the server"};
  phase_ = Phase::starting;
  owner_.claim();
}

void ServerCore::enter(Phase phase) noexcept {
  const std::lock_guard lock{mutex_};
  phase_ = phase;
  if (phase == Phase::stopped) owner_.release();
  changed_.notify_all();
}

void ServerCore::make_run(const std::shared_ptr<SchedulerLease>& lease, ListenSocket socket,
                          std::unique_ptr<Transports> transports) {
  try {
    run_ = std::make_unique<Run>(std::move(socket), std::move(transports), answers_, limits_, counts_, options_, lease);
  } catch (const std::system_error& error) {  // there is no descriptor or thread left
    throw std::system_error{error.code(), "vitals: can't serve on " + server_name(options_.address, options_.port)};
  }
}

void ServerCore::start() {
  const auto log = std::make_shared<Log>(options_.log);
  std::shared_ptr<SchedulerLease> lease;  // destroyed after enter(), as the log: their destructors may be user code
  begin_start();
  try {
    // Before the lease: if one of these fails, no check has started to run.
    auto transports = options_.tls ? options_.tls->open() : nullptr;
    auto socket = listen_or_throw(options_);
    lease = std::make_shared<SchedulerLease>(state_, log);
    make_run(lease, std::move(socket), std::move(transports));
  } catch (...) {
    enter(Phase::stopped);
    throw;
  }
  port_.store(run_->port, std::memory_order_release);
  enter(Phase::running);
}

void ServerCore::stop() noexcept {
  if (in_another_process()) {
    port_.store(0, std::memory_order_release);
    if (run_) run_->service->descriptors.close_copies(run_->traces, run_->service->epoll);
    return;
  }
  {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return phase_ == Phase::stopped || phase_ == Phase::running; });
    if (phase_ == Phase::stopped) return;
    phase_ = Phase::stopping;
  }
  port_.store(0, std::memory_order_release);
  run_->end();
  const auto ended = std::move(run_);
  enter(Phase::stopped);
  // Doesn't wait for checks: this may be the thread of one.
  ended->lease->release();
}

}  // namespace detail
}  // namespace vitals::inline v1
