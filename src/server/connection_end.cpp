// Closing: deadlines, lingering, and making room.

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <poll.h>
#include <sys/socket.h>
#include <utility>

#include "server/connection.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

/// Bytes that are read and dropped after an answer.
constexpr std::size_t max_discarded = 1'048'576;
/// A connection whose peer takes longer for its next step may be closed to make room: to read an answer, to go on with a
/// handshake, or to send a request after it.
constexpr std::chrono::milliseconds time_for_a_step{250};

/// True if the peer has read something since the last write.
bool has_room(int fd) noexcept {
  pollfd state{.fd = fd, .events = POLLOUT, .revents = 0};
  return ::poll(&state, 1, 0) > 0;
}

}  // namespace

bool Connection::has_input() const noexcept { return is_layered() ? transport_->has_input() : plain::has_input(fd_); }

/// Makes this answer the last one if the service is draining or the connection is too old. The peer didn't ask for the
/// end and may have sent another request, so the connection must linger.
void Connection::end_persistence() noexcept {
  if (persistence_ == Persistence::close) return;
  const bool is_old = stays_ && service_->now - since_ > service_->options.max_connection_age;
  if (!is_old && !service_->answers.draining()) return;
  if (is_old) service_->met(Limit::age);
  persistence_ = Persistence::close;
  unread_input_ = true;
}

void Connection::finish() {
  if (!unread_input_ && (drained_ || !has_input())) return close();
  if (!(transport_ ? transport_->end_output() : plain::end_output(fd_))) return close();
  stay();
  enter(Stage::lingering);
  linger();
}

void Connection::linger() {
  std::array<char, 4096> bytes;
  auto& discarded = unfinished().discarded;
  while (discarded < max_discarded) {
    const auto came = receive_some(bytes.data(), bytes.size());
    discarded += came.size;
    if (came.over) return close();
    if (came.must_yield) return await_turn();
    // After the event for the end of input no other comes: it must read to the end.
    if (came.drained && !(peer_ended_ && came.size > 0)) return watch_.await(came.interest);
  }
  service_->met(Limit::lingering);
  close();
}

void Connection::catch_up() noexcept {
  if (!established_ && !has_input()) return;
  const auto sent = stage_ == Stage::writing ? unfinished_->sent : 0;
  on_event({});
  // A running server writes as soon as the peer reads. If only on_event() above could write more, the server was paused
  // and the peer wasn't slow: its time begins again, once.
  if (open_ && stage_ == Stage::writing && unfinished_->sent > sent && !std::exchange(unfinished_->caught_up, true))
    enter(Stage::writing);
}

void Connection::end_stage() noexcept {
  if (!established_ && has_turn_ && !std::exchange(renewed_, true)) {
    if (service_->handshakes) service_->handshakes->wake();  // there may have been no memory for that
    return enter(stage_);
  }
  try {
    switch (stage_) {
      case Stage::handshake: service_->met(Limit::handshake_time); break;
      case Stage::first_byte: service_->met(Limit::first_byte); break;
      case Stage::idle: service_->met(Limit::idle_time); break;
      case Stage::writing: service_->met(Limit::write_time); break;
      case Stage::head:
        if (has_turn_) {  // not the peer's fault: the host may have had no memory to wake up
          service_->host->post(shared_from_this());
          return enter(Stage::head);
        }
        if (!awaits_proxy_header_) return (void)refuse(408, Limit::head_time);
        service_->met(Limit::head_time);
        break;
      case Stage::waiting: return end_wait();
      case Stage::lingering: service_->met(Limit::lingering); break;
    }
  } catch (...) {
    return out_of_memory();
  }
  close();
}

void Connection::out_of_memory() noexcept {
  service_->met(Limit::memory);
  close();
}

void Connection::end_wait() {
  service_->answers.cancel(std::exchange(unfinished_->wait, nullptr));
  // The last answer, because on_ready() may be posted already: it must not run during the wait of another request.
  persistence_ = Persistence::close;
  unread_input_ = true;
  (void)write(service_->answers.answer(unfinished_->question));
}

/// Whether it shakes hands, or has done so and not sent a request yet. Each address may have a quarter of the places so.
bool Connection::has_just_come() const noexcept {
  const bool is_new = stage_ == Stage::handshake || (stage_ == Stage::first_byte && transport_ && established_);
  return is_new && service_->places.share_of(place_) <= std::max<std::size_t>(service_->options.max_connections / 4, 1);
}

GivesWay Connection::gives_way() const noexcept {
  if (stage_ == Stage::waiting) return GivesWay::never;
  const bool takes_a_step = stage_ == Stage::writing || has_just_come();
  if (takes_a_step && service_->now - place_->since <= time_for_a_step) return GivesWay::never;
  if (stage_ == Stage::writing) return has_room(fd_) ? GivesWay::after_its_turn : GivesWay::now;
  return has_turn_ || has_input() ? GivesWay::after_its_turn : GivesWay::now;
}

void Connection::close() noexcept {
  if (!open_) return;
  open_ = false;
  service_->descriptors.remove(fd_);
  if (unfinished_ && unfinished_->wait) service_->answers.cancel(std::exchange(unfinished_->wait, nullptr));
  if (!stays_) {
    transport_ = nullptr;
    descriptor_ = {};
    return;
  }
  transport_ = nullptr;
  // A copy in a child of fork() would keep the connection open.
  ::shutdown(fd_, SHUT_RDWR);
  watch_.close();
  // The caller must own this object: its place no longer does.
  (void)service_->places.give_up(place_, stage_);
}

auto Connection::unfinished() -> Unfinished& {
  if (!unfinished_) unfinished_ = std::make_unique<Unfinished>();
  return *unfinished_;
}

}  // namespace detail
}  // namespace vitals::inline v1
