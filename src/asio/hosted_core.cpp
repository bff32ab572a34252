#include "asio/hosted_core.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/system/system_error.hpp>

#include <vitals/error.hpp>

#include "asio/host_threads.hpp"
#include "core/scheduler_lease.hpp"
#include "server/acceptor.hpp"
#include "server/connection.hpp"
#include "server/listen_socket.hpp"
#include "server/server_options.hpp"

namespace vitals::inline v1 {
namespace detail {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Strand = asio::strand<asio::any_io_executor>;

namespace {

void complete(HostedDrain& drain) noexcept {
  drain.timer.reset();
  try {
    std::exchange(drain.complete, nullptr)();
  } catch (...) {  // out of memory: whoever waits isn't told
  }
}

}  // namespace

/// Everything that lives from start() to stop().
struct HostedCore::Run {
  Run(const asio::any_io_executor& executor, std::shared_ptr<HostExecutor> host, ListenSocket socket,
      const Answers& answers, Limits& limits, const HealthServerOptions& options,
      const std::shared_ptr<RegistryState>& state)
      : port{socket.port},
        lease{state, options.log},
        service{std::make_shared<Service<HostThreads>>(std::move(host), answers, limits, options,
                                                       [this](std::string line) { lease.log(std::move(line)); })},
        acceptor{std::make_shared<Acceptor<HostThreads>>(executor, service, std::move(socket))} {
    limits.set_name(address_and_port(options.address, port));
    try {
      acceptor->start();
    } catch (...) {
      acceptor->close();
      throw;
    }
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() {
    // Not waited for: this may be a check's own thread.
    lease.release();
  }

  /// Closes everything, so that the handlers that are still to come do nothing, and lets go of all that is the host's.
  void close() noexcept {
    acceptor->close();
    acceptor.reset();
    for (const auto& drain : drains) complete(*drain);
  }

  std::uint16_t port;
  SchedulerLease lease;
  std::shared_ptr<Service<HostThreads>> service;
  std::shared_ptr<Acceptor<HostThreads>> acceptor;
  std::vector<std::shared_ptr<HostedDrain>> drains;
};

HostedCore::HostedCore(std::shared_ptr<RegistryState> state, HealthServerOptions options)
    : state_{std::move(state)}, options_{valid(std::move(options))}, answers_{state_, options_.endpoint} {}

std::shared_ptr<HostedCore> HostedCore::make(const asio::any_io_executor& host, std::shared_ptr<RegistryState> state,
                                             HealthServerOptions options) {
  std::shared_ptr<HostedCore> core{new HostedCore{std::move(state), std::move(options)}};
  core->host_ = HostExecutor::make(Strand{host}, [weak = core->weak_from_this()] {
    if (const auto self = weak.lock()) self->stop();
  });
  return core;
}

HostedCore::~HostedCore() { stop(); }

std::unique_ptr<HostedCore::Run> HostedCore::make_run(const asio::any_io_executor& strand) {
  // The address first: if it is taken, no check has begun to run.
  auto socket = listen_or_throw(options_.address, options_.port);
  try {
    return std::make_unique<Run>(strand, host_, std::move(socket), answers_, limits_, options_, state_);
  } catch (const boost::system::system_error& error) {  // not a std::system_error: Asio lacks a descriptor
    throw std::system_error{error.code().value(), std::system_category(),
                            "vitals: can't serve on " + address_and_port(options_.address, options_.port)};
  }
}

void HostedCore::start() {
  const std::lock_guard lock{mutex_};
  if (run_) throw std::system_error{Errc::already_started, "vitals: can't start the server"};
  host_->with([&](const asio::any_io_executor& strand) { run_ = make_run(strand); });
  if (!run_)
    throw std::system_error{std::make_error_code(std::errc::operation_canceled),
                            "vitals: can't serve on " + address_and_port(options_.address, options_.port) +
                                ", the host's context has ended"};
  port_.store(run_->port, std::memory_order_release);
}

void HostedCore::stop() noexcept {
  std::unique_ptr<Run> ended;  // with user code, such as the destructor of the log: it goes without the lock
  const std::lock_guard lock{mutex_};
  if (!run_) return;
  port_.store(0, std::memory_order_release);
  run_->close();
  ended = std::move(run_);
}

void HostedCore::begin_drain(const std::shared_ptr<HostedDrain>& drain, Duration duration,
                             const MakeCompletion& make_completion) {
  const std::lock_guard lock{mutex_};
  bool host_is_gone = true;
  host_->with([&](const asio::any_io_executor& strand) {
    host_is_gone = false;
    drain->complete = make_completion(strand.target<Strand>()->get_inner_executor());
    if (!run_) return complete(*drain);
    drain->timer.emplace(strand, std::clamp<Duration>(duration, 0s, 1h));
    run_->drains.reserve(run_->drains.size() + 1);
    drain->timer->async_wait([weak = weak_from_this(), drain](boost::system::error_code) {
      if (const auto self = weak.lock()) self->end_drain(drain);
    });
    run_->drains.push_back(drain);
  });
  if (!host_is_gone) return;
  drain->complete = make_completion({});
  if (drain->complete) complete(*drain);
}

void HostedCore::end_drain(const std::shared_ptr<HostedDrain>& drain) {
  const std::lock_guard lock{mutex_};
  if (run_ && std::erase(run_->drains, drain) != 0) complete(*drain);
}

}  // namespace detail
}  // namespace vitals::inline v1
