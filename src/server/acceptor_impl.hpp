#pragma once

// What an Acceptor does. To be included where it is instantiated, and nowhere else.

#include <cerrno>
#include <mutex>
#include <poll.h>
#include <system_error>

#include "server/acceptor.hpp"
#include "server/dispatcher_impl.hpp"
#include "server/sockets.hpp"

namespace vitals::inline v1 {
namespace detail {

inline constexpr std::chrono::milliseconds pause_without_resources{100};
inline constexpr std::chrono::milliseconds sweep_interval{250};
/// The part of the places that only those take who have just come, so that a newcomer finds one.
inline constexpr std::size_t reserve_divisor = 8;

inline boost::asio::ip::tcp protocol_of(int family) {
  return family == AF_INET6 ? boost::asio::ip::tcp::v6() : boost::asio::ip::tcp::v4();
}

template <class Host>
Acceptor<Host>::Acceptor(const Executor& executor, std::shared_ptr<Service<Host>> service, ListenSocket socket)
    : service_{std::move(service)},
      acceptor_{executor},
      pause_{executor},
      sweep_{executor},
      dispatcher_{std::make_shared<Dispatcher<Host>>(executor, service_)} {
  service_->protocol = protocol_of(socket.family);
  acceptor_.assign(service_->protocol, socket.descriptor.get());
  (void)socket.descriptor.release();
}

template <class Host>
void Acceptor<Host>::start() {
  dispatcher_->start();
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
      self->go_on();
    }
  };
}

// Out of memory. What the step had is free again, and it is what waiting needs.
template <class Host>
void Acceptor<Host>::go_on() noexcept {
  try {
    if (!waits_) wait();
    if (!sweeping_ && !service_->places.empty()) watch_deadlines();
  } catch (...) {
    // The next sweep tries again.
  }
}

template <class Host>
void Acceptor<Host>::wait() {
  waits_ = true;  // first: the handler may run before async_wait() returns
  try {
    acceptor_.async_wait(boost::asio::socket_base::wait_read, handler([](Acceptor& self, ErrorCode error) {
                           self.waits_ = false;
                           error ? self.back_off(error.value()) : self.accept_burst();
                         }));
  } catch (...) {
    waits_ = false;
    throw;
  }
}

template <class Host>
void Acceptor<Host>::accept_burst() {
  for (std::size_t i = 0; i < service_->options.accepts_per_turn; ++i) {
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
  if (service_->places.size() >= service_->options.max_connections) {
    const auto step = make_room(EBUSY);
    if (step != AcceptStep::again) return step;
  }
  // Not Asio's accept: on Linux this is one system call instead of two, and the descriptor is never inheritable.
  Descriptor descriptor{accept_connection(acceptor_.native_handle())};
  if (!descriptor) return errno == EMFILE || errno == ENFILE ? make_room(errno) : after_accept(errno);
  try {
    serve(std::move(descriptor));
    return AcceptStep::again;
  } catch (const std::system_error& error) {
    errno = error.code().value();
    return AcceptStep::back_off;
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
  const auto choice = service_->places.who_makes_room();
  if (choice.connection) {
    service_->met(Limit::connections);
    choice.connection->close();
    return AcceptStep::again;
  }
  errno = error;
  return choice.somebody_will ? AcceptStep::wait : AcceptStep::back_off;
}

template <class Host>
void Acceptor<Host>::serve(Descriptor descriptor) {
  const auto connection =
      spare_ ? std::exchange(spare_, nullptr) : std::make_shared<Connection<Host>>(service_, acceptor_.get_executor());
  try {
    connection->start(std::move(descriptor));
  } catch (...) {
    connection->close();
    throw;
  }
  if (!connection->stays()) {
    spare_ = connection;
    return;
  }
  keep_reserve(*connection);
  if (!sweeping_) watch_deadlines();
}

template <class Host>
void Acceptor<Host>::keep_reserve(const Connection<Host>& newcomer) {
  const auto most = service_->options.max_connections;
  if (service_->places.size() <= most - most / reserve_divisor) return;
  const auto choice = service_->places.who_makes_room(&newcomer);
  if (!choice.connection) return;
  service_->met(Limit::connections);
  choice.connection->close();
}

template <class Host>
void Acceptor<Host>::back_off(int error) {
  pause_.expires_after(pause_without_resources);
  pause_.async_wait(handler([](Acceptor& self, ErrorCode) {
    self.waits_ = false;
    self.accept_burst();
  }));
  waits_ = true;
  service_->met(Limit::resources, error);
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
  const auto now = coarse_now();
  while (const auto connection = service_->places.overdue(service_->stage_limits, now)) connection->end_stage();
  if (!dispatcher_->waits()) dispatcher_->start();
  if (!waits_) wait();
  // No connection, no timer: a server that nobody asks never wakes.
  if (!service_->places.empty()) watch_deadlines();
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
  while (const auto connection = service_->places.any()) connection->close();
  dispatcher_->close();
  spare_.reset();
}

}  // namespace detail
}  // namespace vitals::inline v1
