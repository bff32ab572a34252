#pragma once

// What a Connection does. To be included where it is instantiated, and nowhere else.

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/buffer.hpp>

#include "server/connection.hpp"

namespace vitals::inline v1 {
namespace detail {

/// What is read and thrown away after an answer, at most, and for how long.
inline constexpr std::size_t max_discarded = 1'048'576;
inline constexpr std::chrono::seconds linger_timeout{2};
/// A peer that takes longer loses its place when another one wants it.
inline constexpr std::chrono::milliseconds time_to_read_an_answer{250};
/// The most that RegistryOptions allows.
inline constexpr std::chrono::seconds max_answer_budget{60};

template <class Host>
template <class... Args>
auto Connection<Host>::handler(void (Connection::*step)(Args...)) {
  return [self = this->shared_from_this(), step](Args... args) {
    const std::lock_guard lock{self->service_->mutex};
    try {
      (self.get()->*step)(args...);
    } catch (...) {
      self->close();
    }
  };
}

template <class Host>
void Connection<Host>::start() {
  begin_request();
  begin(std::min(service_->head_timeout, service_->idle_timeout));
  read();
}

template <class Host>
void Connection<Host>::read() {
  phase_ = Phase::reading;
  turn_ = service_->turn;
  if constexpr (Host::has_one_thread) {
    const auto space = input_.space();
    socket_.async_read_some(boost::asio::buffer(space.data, space.size), handler(&Connection::on_read));
  } else {
    // What another thread has read for it nobody could see, and it would seem to be idle.
    socket_.async_wait(Socket::wait_read, handler(&Connection::on_readable));
  }
}

template <class Host>
void Connection<Host>::on_readable(ErrorCode error) {
  if (phase_ != Phase::reading) return;
  if (error) return close();
  const auto space = input_.space();
  const auto size = ::recv(socket_.native_handle(), space.data, space.size, 0);
  if (size > 0) return on_read({}, static_cast<std::size_t>(size));
  size < 0 && (errno == EAGAIN || errno == EINTR) ? read() : close();
}

template <class Host>
void Connection<Host>::on_read(ErrorCode error, std::size_t size) {
  if (phase_ != Phase::reading) return;
  if (error) return close();
  if (input_.pending().empty()) begin(service_->head_timeout);
  input_.commit(size);
  advance();
}

template <class Host>
void Connection<Host>::advance() {
  const auto verdict = scan_.resume(input_.pending());
  switch (verdict.kind) {
    case HeadVerdict::Kind::need_more: return read();
    case HeadVerdict::Kind::complete: return on_request(verdict);
    case HeadVerdict::Kind::refuse: return refuse(verdict.status);
  }
}

template <class Host>
void Connection<Host>::on_request(HeadVerdict verdict) {
  const auto head = parse_request_head(input_.pending().substr(verdict.begin, verdict.end - verdict.begin));
  if (!head) return refuse(400);
  // Answered by its head alone: its sender may be waiting for permission to send the body.
  if (scan_.has_body() && method_of(head->method) != Method::other) return refuse(413);
  persistence_ = scan_.has_body() ? Persistence::close : persistence_of(*head);
  auto route = service_->answers.route({.method = head->method, .target = head->target, .accept = head->accept});
  input_.consume(verdict.end);
  unread_input_ = scan_.has_body() || !input_.pending().empty();
  if (!route) return write(plain_reply(404, scan_.is_head()));
  route_ = *std::move(route);
  wait_for_runs();
}

template <class Host>
void Connection<Host>::refuse(int status) {
  persistence_ = Persistence::close;
  unread_input_ = true;
  write(plain_reply(status, scan_.is_head()));
}

template <class Host>
Persistence Connection<Host>::persistence_of(const RequestHead& head) const noexcept {
  if (head.wants_close) return Persistence::close;
  if (head.http_1_1) return Persistence::keep_alive;
  return head.wants_keep_alive ? Persistence::told_keep_alive : Persistence::close;
}

template <class Host>
void Connection<Host>::wait_for_runs() {
  wait_ = service_->answers.prepare(route_, [loop = service_->loop, weak = this->weak_from_this()] {
    try {
      loop->post([weak] {
        const auto self = weak.lock();
        if (!self) return;
        const auto step = self->handler(&Connection::on_ready);
        step();
      });
    } catch (...) {
      // Out of memory: the connection's deadline ends it.
    }
  });
  if (!wait_) return answer();
  phase_ = Phase::waiting;
  begin(service_->idle_timeout + max_answer_budget);  // never reached: the registry keeps its budget
  // A peer that only stops sending still wants its answer; one that resets the connection doesn't.
  socket_.async_wait(Socket::wait_error, handler(&Connection::on_peer_event));
}

template <class Host>
void Connection<Host>::on_ready() {
  if (phase_ != Phase::waiting) return;
  wait_.reset();
  ErrorCode ignored;
  socket_.cancel(ignored);  // the wait for a reset
  answer();
}

template <class Host>
void Connection<Host>::on_peer_event(ErrorCode error) {
  if (error || phase_ != Phase::waiting) return;
  pollfd state{.fd = socket_.native_handle(), .events = 0, .revents = 0};
  if (::poll(&state, 1, 0) > 0 && (state.revents & (POLLERR | POLLHUP)) != 0) close();
}

template <class Host>
void Connection<Host>::answer() {
  write(service_->answers.answer(route_));
}

template <class Host>
void Connection<Host>::write(const Response& response) {
  phase_ = Phase::writing;
  begin(service_->idle_timeout);
  if (persistence_ != Persistence::close && service_->draining.load(std::memory_order_relaxed)) {
    persistence_ = Persistence::close;
    unread_input_ = true;  // the peer didn't ask for it, and may have sent its next request
  }
  output_ = to_bytes(response, persistence_, std::chrono::system_clock::now());
  sent_ = 0;
  send();
}

// Not Asio's async_write: its own steps would touch the socket without the mutex.
template <class Host>
void Connection<Host>::send() {
  socket_.async_write_some(boost::asio::buffer(output_) + sent_, handler(&Connection::on_sent));
}

template <class Host>
void Connection<Host>::on_sent(ErrorCode error, std::size_t size) {
  if (phase_ != Phase::writing) return;
  if (error) return close();
  sent_ += size;
  sent_ < output_.size() ? send() : on_written();
}

template <class Host>
void Connection<Host>::on_written() {
  if (persistence_ == Persistence::close) return finish();
  begin_request();
  input_.pending().empty() ? read() : advance();
}

template <class Host>
void Connection<Host>::begin_request() {
  phase_ = Phase::reading;
  scan_ = HeadScan{service_->max_head_size};
  begin(input_.pending().empty() ? service_->idle_timeout : service_->head_timeout);
}

template <class Host>
void Connection<Host>::finish() {
  ErrorCode error;
  if (!unread_input_ && socket_.available(error) == 0 && !error) return close();
  socket_.shutdown(Socket::shutdown_send, error);
  if (error) return close();
  phase_ = Phase::lingering;
  begin(linger_timeout);
  linger();
}

template <class Host>
void Connection<Host>::linger() {
  input_.clear();
  const auto space = input_.space();
  socket_.async_read_some(boost::asio::buffer(space.data, space.size), handler(&Connection::on_discarded));
}

template <class Host>
void Connection<Host>::on_discarded(ErrorCode error, std::size_t size) {
  discarded_ += size;
  if (phase_ != Phase::lingering || error || discarded_ >= max_discarded) return close();
  linger();
}

template <class Host>
void Connection<Host>::check_deadline(Time now) noexcept {
  if (now < since_ + limit_) return;
  if (phase_ != Phase::reading || input_.pending().empty()) return close();
  ErrorCode ignored;
  socket_.cancel(ignored);  // the read
  try {
    refuse(408);
  } catch (...) {
    close();
  }
}

template <class Host>
GivesWay Connection<Host>::gives_way() const noexcept {
  if (phase_ == Phase::waiting) return GivesWay::never;
  if (phase_ == Phase::writing)
    return std::chrono::steady_clock::now() - since_ > time_to_read_an_answer ? GivesWay::now : GivesWay::never;
  // A read that has succeeded at once is told of before the next turn but one.
  ErrorCode error;
  const bool has_input = service_->turn - turn_ < 2 || socket_.available(error) > 0;
  return has_input ? GivesWay::after_its_turn : GivesWay::now;
}

template <class Host>
int Connection<Host>::loss() const noexcept {
  if (is_idle()) return 0;
  if (phase_ == Phase::lingering) return 1;
  return phase_ == Phase::reading ? 2 : 3;
}

template <class Host>
void Connection<Host>::close() noexcept {
  if (std::exchange(phase_, Phase::closed) == Phase::closed) return;
  const auto self = this->weak_from_this().lock();
  if (wait_) service_->answers.cancel(wait_);
  wait_.reset();
  ErrorCode ignored;
  socket_.close(ignored);
  service_->connections.erase(self);
}

}  // namespace detail
}  // namespace vitals::inline v1
