#include "server/acceptor.hpp"

#include <cerrno>
#include <memory>
#include <new>
#include <sys/socket.h>
#include <system_error>

namespace vitals::inline v1 {
namespace detail {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

/// Connections that are accepted before those that are open get their turn.
constexpr int burst = 64;
constexpr auto pause_without_resources = 100ms;
constexpr auto time_between_log_lines = 1min;
constexpr auto sweep_interval = 250ms;

asio::ip::tcp protocol_of(int family) { return family == AF_INET6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(); }

}  // namespace

Acceptor::Acceptor(Service& service, ListenSocket socket, std::string name, Log log)
    : service_{service},
      acceptor_{*service.io},
      pause_{*service.io},
      sweep_{*service.io},
      name_{std::move(name)},
      log_{std::move(log)} {
  acceptor_.assign(protocol_of(socket.family), socket.descriptor.get());
  (void)socket.descriptor.release();
}

void Acceptor::start() { wait(); }

void Acceptor::wait() {
  acceptor_.async_wait(asio::socket_base::wait_read, [this](ErrorCode error) {
    if (acceptor_.is_open()) error ? back_off(error.value()) : accept_burst();
  });
}

void Acceptor::accept_burst() {
  for (int i = 0; i < burst; ++i) {
    switch (accept_one()) {
      case AcceptStep::again: break;
      case AcceptStep::wait: return wait();
      case AcceptStep::back_off: return back_off(errno);
    }
  }
  wait();
}

AcceptStep Acceptor::accept_one() {
  if (service_.connections.size() >= service_.max_connections && !make_room()) {
    errno = EBUSY;
    return AcceptStep::back_off;
  }
  // Not Asio's accept: this is one system call instead of two, and the descriptor is never inheritable.
  Descriptor descriptor{::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
  if (!descriptor) {
    const int error = errno;
    const bool retry = (error == EMFILE || error == ENFILE) && make_room();
    errno = error;
    return retry ? AcceptStep::again : after_accept(error);
  }
  try {
    open_connection(std::move(descriptor));
    return AcceptStep::again;
  } catch (...) {
    errno = ENOMEM;
    return AcceptStep::back_off;
  }
}

// Closes the connection that has been idle for longest: of those that wait for a request, the first to reach its end.
bool Acceptor::make_room() {
  std::shared_ptr<Connection> oldest;
  for (const auto& connection : service_.connections)
    if (connection->is_idle() && (!oldest || connection->deadline() < oldest->deadline())) oldest = connection;
  if (oldest) oldest->close();
  return oldest != nullptr;
}

void Acceptor::open_connection(Descriptor descriptor) {
  Connection::Socket socket{*service_.io};
  socket.assign(acceptor_.local_endpoint().protocol(), descriptor.get());
  (void)descriptor.release();
  const auto connection = std::make_shared<Connection>(service_, std::move(socket));
  service_.connections.insert(connection);
  try {
    connection->start();
  } catch (...) {
    connection->close();
    throw;
  }
  if (!sweeping_) watch_deadlines();
}

void Acceptor::back_off(int error) {
  if (Clock::now() >= quiet_until_) {
    quiet_until_ = Clock::now() + time_between_log_lines;
    log_("vitals: can't accept a connection on " + name_ + ": " + std::system_category().message(error) +
         "; trying again each 100 ms");
  }
  pause_.expires_after(pause_without_resources);
  pause_.async_wait([this](ErrorCode) {
    if (acceptor_.is_open()) accept_burst();
  });
}

void Acceptor::watch_deadlines() {
  sweep_.expires_after(sweep_interval);
  sweep_.async_wait([this](ErrorCode) {
    if (acceptor_.is_open()) check_deadlines();
  });
  sweeping_ = true;
}

void Acceptor::check_deadlines() {
  sweeping_ = false;
  const auto now = Clock::now();
  for (auto next = service_.connections.begin(); next != service_.connections.end();) {
    const auto connection = *next++;  // it may leave the set
    connection->check_deadline(now);
  }
  // No connection, no timer: a server that nobody asks never wakes.
  if (!service_.connections.empty()) watch_deadlines();
}

void Acceptor::close() noexcept {
  ErrorCode ignored;
  acceptor_.close(ignored);
  try {
    pause_.cancel();
    sweep_.cancel();
  } catch (...) {
    // Boost 1.74 has no other form. A timer that stays finds the acceptor closed.
  }
  while (!service_.connections.empty()) (*service_.connections.begin())->close();
}

}  // namespace detail
}  // namespace vitals::inline v1
