#pragma once

// What an Acceptor does. To be included where it is instantiated, and nowhere else.

#include <cerrno>
#include <mutex>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>

#include "server/acceptor.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Connections that are accepted before those that are open get their turn.
inline constexpr int accept_burst_size = 64;
inline constexpr std::chrono::milliseconds pause_without_resources{100};
inline constexpr std::chrono::minutes time_between_log_lines{1};
inline constexpr std::chrono::milliseconds sweep_interval{250};

inline boost::asio::ip::tcp protocol_of(int family) {
  return family == AF_INET6 ? boost::asio::ip::tcp::v6() : boost::asio::ip::tcp::v4();
}

template <class Host>
Acceptor<Host>::Acceptor(const Executor& executor, std::shared_ptr<Service<Host>> service, ListenSocket socket,
                         std::string name, Log log)
    : service_{std::move(service)},
      acceptor_{executor},
      pause_{executor},
      sweep_{executor},
      name_{std::move(name)},
      log_{std::move(log)} {
  acceptor_.assign(protocol_of(socket.family), socket.descriptor.get());
  (void)socket.descriptor.release();
}

template <class Host>
void Acceptor<Host>::start() {
  const std::lock_guard lock{service_->mutex};
  wait();
}

template <class Host>
template <class Step>
auto Acceptor<Host>::handler(Step step) {
  return [self = this->shared_from_this(), step](ErrorCode error) {
    const std::lock_guard lock{self->service_->mutex};
    if (!self->acceptor_.is_open()) return;
    try {
      step(*self, error);
    } catch (...) {
      // Out of memory: this step is lost, the others go on.
    }
  };
}

template <class Host>
void Acceptor<Host>::wait() {
  acceptor_.async_wait(boost::asio::socket_base::wait_read, handler([](Acceptor& self, ErrorCode error) {
                         error ? self.back_off(error.value()) : self.accept_burst();
                       }));
}

template <class Host>
void Acceptor<Host>::accept_burst() {
  ++service_->turn;
  for (int i = 0; i < accept_burst_size; ++i) {
    switch (accept_one()) {
      case AcceptStep::again: break;
      case AcceptStep::wait: return wait();
      case AcceptStep::back_off: return back_off(errno);
    }
  }
  wait();
}

template <class Host>
AcceptStep Acceptor<Host>::accept_one() {
  if (service_->connections.size() >= service_->max_connections) {
    const auto step = make_room(EBUSY);
    if (step != AcceptStep::again) return step;
  }
  // Not Asio's accept: this is one system call instead of two, and the descriptor is never inheritable.
  Descriptor descriptor{::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
  if (!descriptor) return errno == EMFILE || errno == ENFILE ? make_room(errno) : after_accept(errno);
  try {
    open_connection(std::move(descriptor));
    return AcceptStep::again;
  } catch (...) {
    errno = ENOMEM;
    return AcceptStep::back_off;
  }
}

template <class Host>
bool Acceptor<Host>::somebody_waits() noexcept {
  pollfd listener{.fd = acceptor_.native_handle(), .events = POLLIN, .revents = 0};
  return ::poll(&listener, 1, 0) > 0;
}

// accept() can't be asked: it wants a descriptor before it looks whether anybody is there.
template <class Host>
AcceptStep Acceptor<Host>::make_room(int error) {
  if (!somebody_waits()) return AcceptStep::wait;
  std::shared_ptr<Connection<Host>> first;
  bool somebody_will = false;
  for (const auto& connection : service_->connections) {
    if (first && first->claim() < connection->claim()) continue;
    const auto gives_way = connection->gives_way();
    if (gives_way == GivesWay::now) first = connection;
    somebody_will = somebody_will || gives_way == GivesWay::after_its_turn;
  }
  if (first) {
    first->close();
    return AcceptStep::again;
  }
  errno = error;
  return somebody_will ? AcceptStep::wait : AcceptStep::back_off;
}

template <class Host>
void Acceptor<Host>::open_connection(Descriptor descriptor) {
  typename Connection<Host>::Socket socket{acceptor_.get_executor()};
  socket.assign(acceptor_.local_endpoint().protocol(), descriptor.get());
  (void)descriptor.release();
  const auto connection = std::make_shared<Connection<Host>>(service_, std::move(socket));
  service_->connections.insert(connection);
  try {
    connection->start();
  } catch (...) {
    connection->close();
    throw;
  }
  if (!sweeping_) watch_deadlines();
}

template <class Host>
void Acceptor<Host>::back_off(int error) {
  if (Clock::now() >= quiet_until_) {
    quiet_until_ = Clock::now() + time_between_log_lines;
    log_("vitals: can't accept a connection on " + name_ + ": " + std::system_category().message(error) +
         "; trying again each 100 ms");
  }
  pause_.expires_after(pause_without_resources);
  pause_.async_wait(handler([](Acceptor& self, ErrorCode) { self.accept_burst(); }));
}

template <class Host>
void Acceptor<Host>::watch_deadlines() {
  sweep_.expires_after(sweep_interval);
  sweep_.async_wait(handler([](Acceptor& self, ErrorCode) { self.check_deadlines(); }));
  sweeping_ = true;
}

template <class Host>
void Acceptor<Host>::check_deadlines() {
  sweeping_ = false;
  const auto now = Clock::now();
  for (auto next = service_->connections.begin(); next != service_->connections.end();) {
    const auto connection = *next++;  // it may leave the set
    connection->check_deadline(now);
  }
  // No connection, no timer: a server that nobody asks never wakes.
  if (!service_->connections.empty()) watch_deadlines();
}

template <class Host>
void Acceptor<Host>::close() noexcept {
  const std::lock_guard lock{service_->mutex};
  ErrorCode ignored;
  acceptor_.close(ignored);
  try {
    pause_.cancel();
    sweep_.cancel();
  } catch (...) {
    // Boost 1.74 has no other form. A timer that stays finds the acceptor closed.
  }
  while (!service_->connections.empty()) (*service_->connections.begin())->close();
}

}  // namespace detail
}  // namespace vitals::inline v1
