#include "server/server_core.hpp"

#include <algorithm>
#include <chrono>
#include <pthread.h>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>

#include <vitals/error.hpp>

#include "core/scheduler_lease.hpp"
#include "core/signals.hpp"
#include "server/acceptor.hpp"
#include "server/connection.hpp"
#include "server/listen_socket.hpp"
#include "server/server_options.hpp"
#include "server/thread_slice.hpp"

namespace vitals::inline v1 {
namespace detail {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

void run_until_stopped(asio::io_context& io) noexcept {
  while (!io.stopped()) {
    try {
      io.run();
    } catch (...) {
      // Out of memory in a handler, which has lost its step; the others go on.
    }
  }
}

}  // namespace

/// Everything that lives from start() to stop(). The order of the members is that of their construction, and backwards
/// that of their end: what is accepted goes before what serves it, and that before the context.
struct ServerCore::Run {
  Run(ListenSocket socket, const Answers& answers, Limits& limits, const HealthServerOptions& options,
      const std::shared_ptr<RegistryState>& state)
      : port{socket.port},
        lease{state, options.log},
        loop{std::make_shared<OwnThread::Loop>()},
        service{std::make_shared<Service<OwnThread>>(loop, answers, limits, options,
                                                     [this](std::string line) { lease.log(std::move(line)); })},
        acceptor{std::make_shared<Acceptor<OwnThread>>(loop->io().get_executor(), service, std::move(socket))} {
    limits.set_name(address_and_port(options.address, port));
    acceptor->start();
    try {
      const SignalsBlocked blocked;
      thread = std::thread{[loop = loop, short_slice = options.short_time_slice] {
        if (short_slice) ask_for_short_slice();
        run_until_stopped(loop->io());
      }};
    } catch (...) {
      close();
      throw;
    }
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  ~Run() {
    loop->io().stop();
    if (thread.joinable()) thread.join();
    close();
    // Not waited for: this may be a check's own thread.
    lease.release();
  }

  void close() noexcept {
    acceptor->close();
    // The handlers of what has just been closed own it: they run here, and find everything closed.
    loop->io().restart();
    try {
      loop->io().poll();
    } catch (...) {
      // They are gone then, too.
    }
  }

  std::uint16_t port;
  SchedulerLease lease;
  std::shared_ptr<OwnThread::Loop> loop;
  std::shared_ptr<Service<OwnThread>> service;
  std::shared_ptr<Acceptor<OwnThread>> acceptor;
  std::thread thread;
};

ServerCore::ServerCore(std::shared_ptr<RegistryState> state, HealthServerOptions options)
    : state_{std::move(state)}, options_{valid(std::move(options))}, answers_{state_, options_.endpoint} {}

ServerCore::~ServerCore() { stop(); }

std::unique_ptr<ServerCore::Run> ServerCore::make_run() {
  // The address first: if it is taken, no check has begun to run.
  auto socket = listen_or_throw(options_.address, options_.port);
  try {
    return std::make_unique<Run>(std::move(socket), answers_, limits_, options_, state_);
  } catch (const boost::system::system_error& error) {  // not a std::system_error: Asio lacks a descriptor
    throw std::system_error{error.code().value(), std::system_category(),
                            "vitals: can't serve on " + address_and_port(options_.address, options_.port)};
  }
}

void ServerCore::start() {
  const std::lock_guard lock{mutex_};
  if (run_) throw std::system_error{Errc::already_started, "vitals: can't start the server"};
  run_ = make_run();
  port_.store(run_->port, std::memory_order_release);
}

void ServerCore::stop() noexcept {
  const std::lock_guard lock{mutex_};
  if (!run_) return;
  port_.store(0, std::memory_order_release);
  run_.reset();
  ++runs_;
  stopped_.notify_all();
}

void ServerCore::drain(Duration duration) {
  std::unique_lock lock{mutex_};
  if (!run_) return;
  const auto this_run = runs_;
  const auto end = std::chrono::steady_clock::now() + std::clamp<Duration>(duration, 0s, 1h);
  stopped_.wait_until(lock, end, [&] { return runs_ != this_run; });
}

}  // namespace detail
}  // namespace vitals::inline v1
