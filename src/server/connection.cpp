#include "server/connection.hpp"

#include <algorithm>
#include <poll.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

namespace vitals::inline v1 {
namespace detail {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

/// What is read and thrown away after an answer, at most, and for how long.
constexpr std::size_t max_discarded = 1'048'576;
constexpr auto linger_timeout = 2s;
/// The most that RegistryOptions allows.
constexpr auto max_answer_budget = 60s;

}  // namespace

template <class... Args>
auto Connection::handler(void (Connection::*step)(Args...)) {
  return [self = shared_from_this(), step](Args... args) {
    try {
      (self.get()->*step)(args...);
    } catch (...) {
      self->close();
    }
  };
}

void Connection::start() {
  begin_request();
  set_deadline(std::min(service_.head_timeout, service_.idle_timeout));
  read();
}

void Connection::read() {
  phase_ = Phase::reading;
  const auto space = input_.space();
  socket_.async_read_some(asio::buffer(space.data, space.size), handler(&Connection::on_read));
}

void Connection::on_read(ErrorCode error, std::size_t size) {
  if (phase_ != Phase::reading) return;
  if (error) return close();
  if (input_.pending().empty()) set_deadline(service_.head_timeout);
  input_.commit(size);
  advance();
}

void Connection::advance() {
  const auto verdict = scan_.resume(input_.pending());
  switch (verdict.kind) {
    case HeadVerdict::Kind::need_more: return read();
    case HeadVerdict::Kind::complete: return on_request(verdict);
    case HeadVerdict::Kind::refuse: return refuse(verdict.status);
  }
}

void Connection::on_request(HeadVerdict verdict) {
  const auto head = parse_request_head(input_.pending().substr(verdict.begin, verdict.end - verdict.begin));
  if (!head) return refuse(400);
  // Answered by its head alone: its sender may be waiting for permission to send the body.
  if (scan_.has_body() && method_of(head->method) != Method::other) return refuse(413);
  persistence_ = scan_.has_body() ? Persistence::close : persistence_of(*head);
  auto route = service_.answers.route({.method = head->method, .target = head->target, .accept = head->accept});
  input_.consume(verdict.end);
  unread_input_ = scan_.has_body() || !input_.pending().empty();
  if (!route) return write(plain_reply(404, scan_.is_head()));
  route_ = *std::move(route);
  wait_for_runs();
}

void Connection::refuse(int status) {
  persistence_ = Persistence::close;
  unread_input_ = true;
  write(plain_reply(status, scan_.is_head()));
}

Persistence Connection::persistence_of(const RequestHead& head) const noexcept {
  if (head.wants_close) return Persistence::close;
  if (head.http_1_1) return Persistence::keep_alive;
  return head.wants_keep_alive ? Persistence::told_keep_alive : Persistence::close;
}

void Connection::wait_for_runs() {
  wait_ = service_.answers.prepare(route_, [io = service_.io, weak = weak_from_this()] {
    try {
      asio::post(*io, [weak] {
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
  set_deadline(service_.idle_timeout + max_answer_budget);  // never reached: the registry keeps its budget
  // A peer that only stops sending still wants its answer; one that resets the connection doesn't.
  socket_.async_wait(Socket::wait_error, handler(&Connection::on_peer_event));
}

void Connection::on_ready() {
  if (phase_ != Phase::waiting) return;
  wait_.reset();
  ErrorCode ignored;
  socket_.cancel(ignored);  // the wait for a reset
  answer();
}

void Connection::on_peer_event(ErrorCode error) {
  if (error || phase_ != Phase::waiting) return;
  pollfd state{.fd = socket_.native_handle(), .events = 0, .revents = 0};
  if (::poll(&state, 1, 0) > 0 && (state.revents & (POLLERR | POLLHUP)) != 0) close();
}

void Connection::answer() { write(service_.answers.answer(route_)); }

void Connection::write(const Response& response) {
  phase_ = Phase::writing;
  set_deadline(service_.idle_timeout);
  if (persistence_ != Persistence::close && service_.draining.load(std::memory_order_relaxed)) {
    persistence_ = Persistence::close;
    unread_input_ = true;  // the peer didn't ask for it, and may have sent its next request
  }
  output_ = to_bytes(response, persistence_, std::chrono::system_clock::now());
  asio::async_write(socket_, asio::buffer(output_), handler(&Connection::on_written));
}

void Connection::on_written(ErrorCode error, std::size_t) {
  if (phase_ != Phase::writing) return;
  if (error) return close();
  if (persistence_ == Persistence::close) return finish();
  begin_request();
  input_.pending().empty() ? read() : advance();
}

void Connection::begin_request() {
  phase_ = Phase::reading;
  scan_ = HeadScan{service_.max_head_size};
  set_deadline(input_.pending().empty() ? service_.idle_timeout : service_.head_timeout);
}

void Connection::finish() {
  ErrorCode error;
  if (!unread_input_ && socket_.available(error) == 0 && !error) return close();
  socket_.shutdown(Socket::shutdown_send, error);
  if (error) return close();
  phase_ = Phase::lingering;
  set_deadline(linger_timeout);
  linger();
}

void Connection::linger() {
  input_.clear();
  const auto space = input_.space();
  socket_.async_read_some(asio::buffer(space.data, space.size), handler(&Connection::on_discarded));
}

void Connection::on_discarded(ErrorCode error, std::size_t size) {
  discarded_ += size;
  if (phase_ != Phase::lingering || error || discarded_ >= max_discarded) return close();
  linger();
}

void Connection::check_deadline(Time now) noexcept {
  if (now < deadline_) return;
  if (phase_ != Phase::reading || input_.pending().empty()) return close();
  ErrorCode ignored;
  socket_.cancel(ignored);  // the read
  try {
    refuse(408);
  } catch (...) {
    close();
  }
}

void Connection::close() noexcept {
  if (std::exchange(phase_, Phase::closed) == Phase::closed) return;
  const auto self = weak_from_this().lock();
  if (wait_) service_.answers.cancel(wait_);
  wait_.reset();
  ErrorCode ignored;
  socket_.close(ignored);
  service_.connections.erase(self);
}

}  // namespace detail
}  // namespace vitals::inline v1
