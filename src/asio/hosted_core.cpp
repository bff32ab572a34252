#include "asio/hosted_core.hpp"

#include <chrono>
#include <string>
#include <system_error>
#include <utility>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/strand.hpp>

#include <vitals/error.hpp>

#include "asio/host_threads.hpp"
#include "core/scheduler_lease.hpp"
#include "server/acceptor.hpp"
#include "server/asio_host.hpp"
#include "server/listen_socket.hpp"
#include "server/server_metrics.hpp"
#include "server/server_options.hpp"
#include "server/spare_descriptor.hpp"

namespace vitals::inline v1 {
namespace detail {

namespace asio = boost::asio;
using Strand = asio::strand<asio::any_io_executor>;

namespace {

/// A context shuts its services down in the opposite order of their creation. So this one, which stops the server, is
/// created after those that closing sockets and timers needs.
class ServerWatch final : public HostExecutor::Watch {
 public:
  static inline asio::execution_context::id id;
  using Watch::Watch;
};

std::shared_ptr<HostExecutor> watched(const Strand& strand, HostHooks hooks) {
  using Clock = std::chrono::steady_clock;
  // The first object of a context makes Asio open descriptors, which must not get the numbers of the standard streams.
  const StreamPlaceholders placeholders;
  const asio::any_io_executor executor = strand;
  const asio::posix::basic_stream_descriptor<asio::any_io_executor> set{executor};
  const asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, asio::any_io_executor> timer{executor};
  return HostExecutor::make<ServerWatch>(executor, std::move(hooks));
}

}  // namespace

/// Everything that exists from start() to stop().
struct HostedCore::Run {
  Run(const asio::any_io_executor& executor, const std::shared_ptr<HostExecutor>& loop, ListenSocket socket,
      std::unique_ptr<Transports> transports, const Answers& answers, Limits& limits, RequestCounts& counts,
      const HealthServerOptions& options, std::shared_ptr<SchedulerLease> the_lease)
      : port{socket.port},
        traces{socket.traces()},
        lease{std::move(the_lease)},
        host{std::make_shared<AsioHost<HostThreads>>(executor, loop)},
        service{std::make_shared<Service>(
            host, answers, limits, counts, options, [this](std::string line) { lease->log(std::move(line)); },
            std::move(transports))},
        acceptor{service, std::move(socket)} {
    limits.set_name(server_name(options.address, port));
    // Other threads may begin the first turn while acceptor.start() still runs. try_to_lock succeeds, because no turn
    // comes before that. Blocking would invert the lock order: this thread holds the lock of the host's executor, which
    // a turn takes second.
    const std::unique_lock lock{host->mutex(), std::try_to_lock};
    try {
      acceptor.start();
    } catch (...) {
      acceptor.close();
      throw;
    }
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  /// Closes everything, and releases all objects of the application. Handlers that run later do nothing.
  void close() noexcept {
    const std::lock_guard lock{host->mutex()};
    acceptor.close();
    host->close();
  }

  std::uint16_t port;
  ListenTraces traces;
  std::shared_ptr<SchedulerLease> lease;
  std::shared_ptr<AsioHost<HostThreads>> host;
  std::shared_ptr<Service> service;
  Acceptor acceptor;
};

HostedCore::HostedCore(std::shared_ptr<RegistryState> state, HealthServerOptions options)
    : state_{std::move(state)},
      options_{valid(std::move(options))},
      answers_{state_, options_.endpoint, metrics_routes(options_, counts_, limits_)} {}

std::shared_ptr<HostedCore> HostedCore::make(const asio::any_io_executor& host, std::shared_ptr<RegistryState> state,
                                             HealthServerOptions options) {
  std::shared_ptr<HostedCore> core{new HostedCore{std::move(state), std::move(options)}};
  const auto call = [weak = core->weak_from_this()](auto member) {
    return [weak, member] {
      if (const auto self = weak.lock()) ((*self).*member)();
    };
  };
  core->host_ =
      watched(Strand{host}, {.before_end = call(&HostedCore::stop), .in_child = call(&HostedCore::leave_to_parent)});
  return core;
}

HostedCore::~HostedCore() { stop(); }

void HostedCore::begin_start() {
  if (in_another_process())
    throw std::system_error{std::make_error_code(std::errc::operation_not_permitted),
                            "vitals: can't start the server: it was started in the parent process"};
  const std::lock_guard lock{mutex_};
  if (run_ || starting_) throw std::system_error{Errc::already_started, "vitals: can't start the server"};
  starting_ = true;
  owner_.claim();
}

void HostedCore::end_start() noexcept {
  const std::lock_guard lock{mutex_};
  starting_ = false;
  if (!run_) owner_.release();
  started_.notify_all();
}

void HostedCore::make_run(const std::shared_ptr<SchedulerLease>& lease, ListenSocket socket,
                          std::unique_ptr<Transports> transports) {
  const auto where = server_name(options_.address, options_.port);
  const std::lock_guard lock{mutex_};
  try {
    host_->with([&](const asio::any_io_executor& strand) {
      run_ = std::make_unique<Run>(strand, host_, std::move(socket), std::move(transports), answers_, limits_, counts_,
                                   options_, lease);
      port_.store(run_->port, std::memory_order_release);
    });
  } catch (const std::system_error& error) {  // there is no descriptor left
    throw std::system_error{error.code(), "vitals: can't serve on " + where};
  }
  if (!run_)
    throw std::system_error{std::make_error_code(std::errc::operation_canceled),
                            "vitals: can't serve on " + where + ", the host's context has ended"};
}

void HostedCore::start() {
  const auto log = std::make_shared<Log>(options_.log);
  std::shared_ptr<SchedulerLease> lease;  // destroyed after end_start(), as the log: their destructors may be user code
  begin_start();
  try {
    // Before the lease: if one of these fails, no check has started to run.
    auto transports = options_.tls ? options_.tls->open() : nullptr;
    auto socket = listen_or_throw(options_);
    lease = std::make_shared<SchedulerLease>(state_, log);
    make_run(lease, std::move(socket), std::move(transports));
  } catch (...) {
    end_start();
    throw;
  }
  end_start();
}

void HostedCore::stop() noexcept {
  if (in_another_process()) {
    port_.store(0, std::memory_order_release);
    if (run_) run_->service->descriptors.close_copies(run_->traces, run_->service->epoll);
    return;
  }
  std::unique_ptr<Run> ended;
  {
    std::unique_lock lock{mutex_};
    started_.wait(lock, [&] { return !starting_; });
    if (!run_) return;
    port_.store(0, std::memory_order_release);
    run_->close();
    ended = std::move(run_);
    owner_.release();
  }
  // If the context's destructor can't lock its weak pointer to this object, it doesn't wait for the close above. Taking
  // the host's lock orders the close before the destructor.
  host_->with([](const asio::any_io_executor&) {});
  // Doesn't wait for checks: this may be the thread of one.
  ended->lease->release();
}

void HostedCore::leave_to_parent() noexcept {
  if (!in_another_process()) return;
  if (run_) run_->acceptor.leave_to_parent();
  stop();
}

}  // namespace detail
}  // namespace vitals::inline v1
