#include "server/acceptor.hpp"

#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <utility>

#include "server/sockets.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

constexpr std::chrono::milliseconds pause_without_resources{100};
/// At most so many overdue connections are handled before others have their turn: after a pause of the process, all of
/// them may be overdue.
constexpr int overdue_per_turn = 256;
/// 1/8 of the places is reserved for new connections.
constexpr std::size_t reserve_divisor = 8;

}  // namespace

Acceptor::Acceptor(std::shared_ptr<Service> service, ListenSocket socket)
    : service_{std::move(service)}, listener_{std::move(socket.descriptor)}, end_{std::move(socket.end)} {
  auto& host = *service_->host;
  wait_ = host.watch(listener_.get(), listener_step_);
  pause_ = host.timer(listener_step_);
  sweep_ = host.timer(sweep_step_);
  dispatcher_ = std::make_unique<Dispatcher>(*service_);
  service_->descriptors.add(listener_.get());
}

void Acceptor::start() {
  dispatcher_->wait();
  wait();
}

void Acceptor::on_listener() noexcept {
  service_->begin_turn();
  try {
    accept_burst();
  } catch (...) {
    resume_waits();
  }
}

void Acceptor::on_sweep() noexcept {
  service_->begin_turn();
  try {
    check_deadlines();
  } catch (...) {
    resume_waits();
  }
}

void Acceptor::resume_waits() noexcept {
  for (const auto step : {&Acceptor::wait, &Acceptor::watch_if_needed}) {
    try {
      (this->*step)();
    } catch (...) {
      // The next sweep tries again.
    }
  }
}

void Acceptor::watch_if_needed() {
  if (!sweep_->under_way() && has_something_to_sweep()) watch_deadlines();
}

void Acceptor::wait() {
  if (!wait_->under_way() && !pause_->under_way()) wait_->begin(Interest::input);
}

void Acceptor::accept_burst() {
  for (std::size_t i = 0; i < service_->options.accepts_per_turn; ++i) {
    switch (accept_one()) {
      case AcceptStep::again: break;
      case AcceptStep::wait: return wait();
      case AcceptStep::back_off: return back_off(errno);
    }
  }
  wait();
}

AcceptStep Acceptor::accept_one() {
  if (service_->places.size() >= service_->options.max_connections) {
    const auto step = make_room(EBUSY);
    if (step != AcceptStep::again) return step;
  }
  // Unlike Asio's accept, this is one system call on Linux instead of two, and the descriptor is never inheritable.
  sockaddr_storage peer = {};
  socklen_t size = sizeof peer;
  Descriptor descriptor{accept_connection(listener_.get(), peer, size)};
  const auto step = steps_.after(descriptor ? 0 : errno);
  if (!descriptor) return errno == EMFILE || errno == ENFILE ? make_room(errno) : step;
  try {
    serve(std::move(descriptor), PeerAddress{peer, size});
    spare_descriptor_.take();
    return AcceptStep::again;
  } catch (const std::system_error& error) {
    errno = error.code().value();
    return AcceptStep::back_off;
  } catch (...) {
    errno = ENOMEM;
    return AcceptStep::back_off;
  }
}

bool Acceptor::has_pending_connection() noexcept {
  pollfd listener{.fd = listener_.get(), .events = POLLIN, .revents = 0};
  return ::poll(&listener, 1, 0) > 0;
}

// It must ask poll(): without a free descriptor accept() fails with EMFILE even if no connection is pending.
AcceptStep Acceptor::make_room(int error) {
  if (!has_pending_connection()) return AcceptStep::wait;
  if (error != EBUSY && spare_descriptor_.give_up()) {
    if (!sweep_->under_way()) watch_deadlines();  // a later sweep opens a new spare one
    return AcceptStep::again;
  }
  const auto choice = service_->places.who_makes_room();
  if (choice.connection) {
    service_->met(Limit::connections);
    choice.connection->close();
    return AcceptStep::again;
  }
  errno = error;
  return choice.later ? AcceptStep::wait : AcceptStep::back_off;
}

void Acceptor::serve(Descriptor descriptor, const PeerAddress& peer) {
  const auto connection = spare_ ? std::exchange(spare_, nullptr) : std::make_shared<Connection>(service_);
  const int fd = descriptor.get();
  try {
    connection->start(std::move(descriptor), peer,
                      service_->transports ? service_->transports->make(fd, peer) : nullptr);
  } catch (...) {
    connection->close();
    throw;
  }
  if (!connection->stays()) {
    spare_ = connection;
    return;
  }
  keep_reserve(*connection);
  if (!sweep_->under_way()) watch_deadlines();
}

void Acceptor::keep_reserve(const Connection& newcomer) {
  const auto most = service_->options.max_connections;
  if (service_->places.size() <= most - most / reserve_divisor) return;
  const auto choice = service_->places.who_makes_room(&newcomer);
  if (!choice.connection) return;
  service_->met(Limit::connections);
  choice.connection->close();
}

void Acceptor::back_off(int error) {
  pause_->begin(pause_without_resources);
  service_->met(Limit::resources, std::system_category().message(error));
}

void Acceptor::watch_deadlines(std::chrono::milliseconds interval) { sweep_->begin(interval); }

void Acceptor::check_deadlines() {
  const bool ended_all = end_overdue();
  dispatcher_->wait();
  wait();
  spare_descriptor_.take();
  if (has_something_to_sweep()) watch_deadlines(ended_all ? sweep_interval : std::chrono::milliseconds{0});
}

// False for an idle server, so that it never wakes up.
bool Acceptor::has_something_to_sweep() const noexcept {
  const bool lost_its_wait = !wait_->under_way() && !pause_->under_way();
  return !service_->places.empty() || spare_descriptor_.is_missing() || lost_its_wait;
}

bool Acceptor::end_overdue() noexcept {
  const auto now = service_->now;
  const auto overdue = [&] { return service_->places.overdue(service_->stage_limits, now); };
  for (int i = 0; i < overdue_per_turn; ++i) {
    const auto connection = overdue();
    if (!connection) return true;
    connection->catch_up();
    if (overdue() == connection) connection->end_stage();
  }
  return false;
}

void Acceptor::end_waits() noexcept {
  wait_ = nullptr;
  pause_ = nullptr;
  sweep_ = nullptr;
}

void Acceptor::close_listener() noexcept {
  service_->descriptors.remove(listener_.get());
  listener_ = {};
}

void Acceptor::leave_to_parent() noexcept {
  end_waits();
  close_listener();
  dispatcher_ = nullptr;
}

void Acceptor::close() noexcept {
  end_waits();
  end_.end(listener_.get());
  close_listener();
  while (const auto connection = service_->places.any()) connection->close();
  dispatcher_ = nullptr;
  spare_descriptor_.close();
  spare_.reset();
}

}  // namespace detail
}  // namespace vitals::inline v1
