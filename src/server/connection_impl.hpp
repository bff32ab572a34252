#pragma once

// What a Connection does while it reads and answers; connection_end_impl.hpp has its end. To be included where it is
// instantiated, and nowhere else.

#include <cerrno>
#include <chrono>
#include <ctime>
#include <mutex>
#include <sys/socket.h>

#include "server/connection_end_impl.hpp"

namespace vitals::inline v1 {
namespace detail {

template <class Host>
void Connection<Host>::start(Descriptor descriptor) {
  descriptor_ = std::move(descriptor);
  fd_ = descriptor_.get();
  open_ = true;
  peer_ended_ = drained_ = false;
  stage_ = Stage::first_byte;
  scan_ = HeadScan{service_->head_limits()};
  input_.clear();
  serve();
}

template <class Host>
void Connection<Host>::on_event(SocketEvent event) noexcept {
  if (!open_) return;
  peer_ended_ = peer_ended_ || event.ended;
  drained_ = false;
  if (has_turn_) return;
  try {
    switch (stage_) {
      case Stage::first_byte:
      case Stage::idle:
      case Stage::head: return serve();
      case Stage::lingering: return linger();
      case Stage::writing: return write_rest();
      case Stage::waiting:
        // A peer that only stops sending still wants its answer; one that has reset the connection doesn't.
        if (event.broken) close();
        return;
    }
  } catch (...) {
    close();
  }
}

template <class Host>
void Connection<Host>::stay() {
  if (stays_) return;
  const auto place = service_->places.take(this->shared_from_this(), stage_, coarse_now());
  try {
    watch_.add(std::move(descriptor_), *this, *service_);
  } catch (...) {
    (void)service_->places.give_up(place, stage_);
    throw;
  }
  place_ = place;
  stays_ = true;
}

template <class Host>
void Connection<Host>::enter(Stage stage) noexcept {
  if (stays_) service_->places.move(place_, stage_, stage, coarse_now());
  stage_ = stage;
}

template <class Host>
void Connection<Host>::serve() {
  std::size_t served = 0;
  while (serve_input(served) == Next::input) {
    if (drained_) return await_input();
    if (receive() == Next::event) return;
  }
}

template <class Host>
auto Connection<Host>::receive() -> Next {
  const auto space = input_.space();
  const auto size = ::recv(fd_, space.data, space.size, 0);
  if (size == 0 || (size < 0 && !is_transient(errno))) {
    close();
    return Next::event;
  }
  if (size > 0) input_.commit(static_cast<std::size_t>(size));
  // Whatever comes from now on is an event, apart from the end that has been told of already.
  drained_ = size < static_cast<ssize_t>(space.size) && !(peer_ended_ && size > 0);
  return Next::input;
}

template <class Host>
void Connection<Host>::await_input() {
  stay();
  if (input_.pending().empty())
    input_.trim();
  else if (stage_ != Stage::head)
    enter(Stage::head);
  watch_.await(Interest::input);
}

/// Answers what has been read; what is left of it then is less than a head.
template <class Host>
auto Connection<Host>::serve_input(std::size_t& served) -> Next {
  for (; !input_.pending().empty(); ++served) {
    if (served == service_->options.pipelined_per_turn) {
      let_others_go_first();
      return Next::event;
    }
    if (const auto* known = service_->heads.find(input_.pending())) {
      if (on_known(*known) == Next::event) return Next::event;
      continue;
    }
    const auto verdict = scan_.resume(input_.pending());
    if (verdict.kind == HeadVerdict::Kind::need_more) break;
    const auto next =
        verdict.kind == HeadVerdict::Kind::complete ? on_head(verdict) : refuse(verdict.status, verdict.limit);
    if (next == Next::event) return next;
  }
  return Next::input;
}

template <class Host>
void Connection<Host>::let_others_go_first() {
  stay();
  enter(Stage::head);
  has_turn_ = true;
  post(service_->loop, this->weak_from_this(), &Connection::on_turn);
}

template <class Host>
void Connection<Host>::on_turn() {
  has_turn_ = false;
  on_event({});  // whatever has happened meanwhile
}

template <class Host>
auto Connection<Host>::on_known(const HeadMemory::Meaning& meaning) -> Next {
  persistence_ = meaning.persistence;
  unread_input_ = false;
  input_.clear();
  return on_request(meaning.route);
}

template <class Host>
auto Connection<Host>::on_head(HeadVerdict verdict) -> Next {
  const auto bytes = input_.pending();
  const auto head = parse_request_head(bytes.substr(verdict.begin, verdict.end - verdict.begin));
  if (!head) return refuse(400, Limit::malformed);
  // Answered by its head alone: its sender may be waiting for permission to send the body.
  if (scan_.has_body() && method_of(head->method) != Method::other) return refuse(413, Limit::body);
  persistence_ = scan_.has_body() ? Persistence::close : persistence_of(*head);
  unread_input_ = scan_.has_body() || verdict.end < bytes.size();
  const auto route =
      service_->answers.route({.method = head->method, .target = head->target, .accept = head->accept()});
  if (route && !route->one_check && !unread_input_) service_->heads.keep(bytes, {*route, persistence_});
  input_.consume(verdict.end);
  return route ? on_request(*route) : write(plain_answer(404, scan_.is_head()));
}

template <class Host>
auto Connection<Host>::on_request(const Route& route) -> Next {
  const auto answer = service_->answers.at_hand(route);
  return answer ? write(*answer) : wait_for_runs(route);
}

template <class Host>
auto Connection<Host>::refuse(int status, Limit limit) -> Next {
  service_->met(limit);
  persistence_ = Persistence::close;
  unread_input_ = true;
  return write(plain_answer(status, scan_.is_head()));
}

template <class Host>
Persistence Connection<Host>::persistence_of(const RequestHead& head) const noexcept {
  if (head.wants_close) return Persistence::close;
  if (head.http_1_1) return Persistence::keep_alive;
  return head.wants_keep_alive ? Persistence::told_keep_alive : Persistence::close;
}

template <class Host>
auto Connection<Host>::wait_for_runs(const Route& route) -> Next {
  auto wait = service_->answers.prepare(route, [loop = service_->loop, weak = this->weak_from_this()] {
    try {
      post(loop, weak, &Connection::on_ready);
    } catch (...) {
      // Out of memory: the connection's limit ends it.
    }
  });
  if (!wait) return write(service_->answers.answer(route));
  auto& state = unfinished();
  state.wait = std::move(wait);
  state.route = route;
  stay();
  enter(Stage::waiting);
  watch_.await(Interest::reset);
  return Next::event;
}

template <class Host>
void Connection<Host>::post(const std::shared_ptr<typename Host::Loop>& loop, std::weak_ptr<Connection> weak,
                            void (Connection::*step)()) {
  loop->post([weak = std::move(weak), step] {
    const auto self = weak.lock();
    if (!self) return;
    const std::lock_guard lock{self->service_->mutex};
    if (!self->open_) return;
    try {
      (self.get()->*step)();
    } catch (...) {
      self->close();
    }
  });
}

template <class Host>
void Connection<Host>::on_ready() {
  if (stage_ != Stage::waiting) return;
  unfinished_->wait.reset();
  drained_ = false;  // since then more may have come
  if (write(service_->answers.answer(unfinished_->route)) == Next::input) serve();
}

template <class Host>
auto Connection<Host>::write(const Answer& answer) -> Next {
  if (persistence_ != Persistence::close && service_->answers.draining()) {
    persistence_ = Persistence::close;
    unread_input_ = true;  // the peer didn't ask for it, and may have sent its next request
  }
  const std::chrono::sys_seconds now{std::chrono::seconds{std::time(nullptr)}};
  const auto bytes = service_->replies.write(answer, persistence_, now);
  const auto size = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (size == static_cast<ssize_t>(bytes.size())) return on_written();
  if (size < 0 && !is_transient(errno)) {
    close();
    return Next::event;
  }
  auto& state = unfinished();
  state.unsent = bytes.substr(size < 0 ? 0 : static_cast<std::size_t>(size));
  state.sent = 0;
  stay();
  enter(Stage::writing);
  watch_.await(Interest::output);
  return Next::event;
}

template <class Host>
void Connection<Host>::write_rest() {
  auto& state = *unfinished_;
  while (state.sent < state.unsent.size()) {
    const auto size = ::send(fd_, state.unsent.data() + state.sent, state.unsent.size() - state.sent, MSG_NOSIGNAL);
    if (size < 0) return is_transient(errno) ? watch_.await(Interest::output) : close();
    state.sent += static_cast<std::size_t>(size);
  }
  if (on_written() == Next::input) serve();
}

template <class Host>
auto Connection<Host>::on_written() -> Next {
  if (persistence_ == Persistence::close) {
    finish();
    return Next::event;
  }
  unfinished_.reset();
  enter(Stage::idle);
  scan_ = HeadScan{service_->head_limits()};
  return Next::input;
}

}  // namespace detail
}  // namespace vitals::inline v1
