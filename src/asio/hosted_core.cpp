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

/// Someone who waits for the end of a drain. Guarded by the mutex of the core.
struct HostedCore::Drain {
  using Clock = std::chrono::steady_clock;

  Drain(const asio::any_io_executor& executor, std::function<void()> on_end)
      : timer{executor}, done{std::move(on_end)} {}
  /// What is called keeps executors busy that may go before this: it goes at once.
  void end() { std::exchange(done, nullptr)(); }

  asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, asio::any_io_executor> timer;
  std::function<void()> done;
};

/// Everything that lives from start() to stop().
struct HostedCore::Run {
  Run(const asio::any_io_executor& executor, std::shared_ptr<HostExecutor> host, ListenSocket socket,
      const Answers& answers, const HealthServerOptions& options, const std::shared_ptr<RegistryState>& state)
      : port{socket.port},
        lease{state, options.log},
        service{make_service<HostThreads>(std::move(host), answers, options)},
        acceptor{std::make_shared<Acceptor<HostThreads>>(executor, service, std::move(socket),
                                                         address_and_port(options.address, port),
                                                         [this](std::string line) { lease.log(std::move(line)); })} {
    acceptor->start();
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() {
    // Not waited for: this may be a check's own thread.
    lease.release();
  }

  /// Closes everything, so that the handlers that are still to come do nothing.
  void close() noexcept {
    acceptor->close();
    for (const auto& drain : drains) try {
        drain->timer.cancel();
      } catch (...) {  // Boost 1.74 has no other form; the timer will find that the drain is over
      }
  }

  std::uint16_t port;
  SchedulerLease lease;
  std::shared_ptr<Service<HostThreads>> service;
  std::shared_ptr<Acceptor<HostThreads>> acceptor;
  std::vector<std::shared_ptr<Drain>> drains;
};

HostedCore::HostedCore(std::shared_ptr<RegistryState> state, HealthServerOptions options)
    : state_{std::move(state)}, options_{valid(std::move(options))}, answers_{state_, options_.endpoint} {}

std::shared_ptr<HostedCore> HostedCore::make(const asio::any_io_executor& host, std::shared_ptr<RegistryState> state,
                                             HealthServerOptions options) {
  const std::shared_ptr<HostedCore> core{new HostedCore{std::move(state), std::move(options)}};
  core->host_ = HostExecutor::make(Strand{host}, [weak = core->weak_from_this()] {
    if (const auto self = weak.lock()) self->stop();
  });
  return core;
}

HostedCore::~HostedCore() { stop(); }

asio::any_io_executor HostedCore::executor() const {
  asio::any_io_executor copy;
  host_->with([&](const auto& executor) { copy = executor; });
  return copy;
}

asio::any_io_executor HostedCore::host() const {
  const auto copy = executor();
  const auto* strand = copy.target<Strand>();
  return strand != nullptr ? strand->get_inner_executor() : asio::any_io_executor{};
}

std::unique_ptr<HostedCore::Run> HostedCore::make_run() const {
  const auto name = address_and_port(options_.address, options_.port);
  const auto host = executor();
  if (!host)
    throw std::system_error{std::make_error_code(std::errc::operation_canceled),
                            "vitals: can't serve on " + name + ", the host's context has ended"};
  // The address first: if it is taken, no check has begun to run.
  auto socket = listen_or_throw(options_.address, options_.port);
  try {
    return std::make_unique<Run>(host, host_, std::move(socket), answers_, options_, state_);
  } catch (const boost::system::system_error& error) {  // not a std::system_error: Asio lacks a descriptor
    throw std::system_error{error.code().value(), std::system_category(), "vitals: can't serve on " + name};
  }
}

void HostedCore::start() {
  const std::lock_guard lock{mutex_};
  if (run_) throw std::system_error{Errc::already_started, "vitals: can't start the server"};
  run_ = make_run();
  port_.store(run_->port, std::memory_order_release);
}

void HostedCore::stop() noexcept {
  std::unique_ptr<Run> ended;
  {
    const std::lock_guard lock{mutex_};
    if (!run_) return;
    port_.store(0, std::memory_order_release);
    run_->close();
    ended = std::move(run_);
  }
  for (const auto& drain : ended->drains) try {
      drain->end();
    } catch (...) {  // out of memory: whoever waits isn't told
    }
}

void HostedCore::drain(Duration duration, std::function<void()> done) {
  {
    const std::lock_guard lock{mutex_};
    if (run_) {
      run_->service->draining.store(true, std::memory_order_relaxed);
      const auto drain = std::make_shared<Drain>(executor(), std::move(done));
      run_->drains.push_back(drain);
      drain->timer.expires_after(std::clamp<Duration>(duration, 0s, 1h));
      drain->timer.async_wait([weak = weak_from_this(), drain](boost::system::error_code) {
        if (const auto self = weak.lock()) self->end_drain(drain);
      });
      return;
    }
  }
  done();
}

void HostedCore::end_drain(const std::shared_ptr<Drain>& drain) {
  {
    const std::lock_guard lock{mutex_};
    if (!run_ || std::erase(run_->drains, drain) == 0) return;  // stop() has told
  }
  drain->end();
}

}  // namespace detail
}  // namespace vitals::inline v1
