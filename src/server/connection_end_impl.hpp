#pragma once

// How a Connection ends. Part of connection_impl.hpp.

#include <array>
#include <cerrno>
#include <chrono>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "server/connection.hpp"

namespace vitals::inline v1 {
namespace detail {

/// What is read and thrown away after an answer, at most.
inline constexpr std::size_t max_discarded = 1'048'576;
/// A peer that takes longer loses its place when another one wants it.
inline constexpr std::chrono::milliseconds time_to_read_an_answer{250};

inline bool is_transient(int error) noexcept { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

/// Whether there are bytes that nobody has read yet; true if that can't be told.
inline bool has_input(int fd) noexcept {
  int size = 0;
  return ::ioctl(fd, FIONREAD, &size) != 0 || size > 0;
}

template <class Host>
void Connection<Host>::finish() {
  if (!unread_input_ && (drained_ || !has_input(fd_))) return close();
  if (::shutdown(fd_, SHUT_WR) != 0) return close();
  stay();
  enter(Stage::lingering);
  linger();
}

template <class Host>
void Connection<Host>::linger() {
  std::array<char, 4096> bytes;
  auto& discarded = unfinished().discarded;
  while (discarded < max_discarded) {
    const auto size = ::recv(fd_, bytes.data(), bytes.size(), 0);
    if (size < 0 && is_transient(errno)) return watch_.await(Interest::input);
    if (size <= 0) break;
    discarded += static_cast<std::size_t>(size);
  }
  close();
}

template <class Host>
void Connection<Host>::end_stage() noexcept {
  try {
    switch (stage_) {
      case Stage::first_byte: service_->met(Limit::first_byte); break;
      case Stage::idle: service_->met(Limit::idle_time); break;
      case Stage::writing: service_->met(Limit::write_time); break;
      case Stage::head:
        if (has_turn_) return enter(Stage::head);  // it isn't the peer who takes so long
        (void)refuse(408, Limit::head_time);
        return;
      case Stage::lingering:
      case Stage::waiting: break;
    }
  } catch (...) {
    // Out of memory: it goes without a word.
  }
  close();
}

template <class Host>
GivesWay Connection<Host>::gives_way() const noexcept {
  if (stage_ == Stage::waiting) return GivesWay::never;
  if (stage_ == Stage::writing)
    return coarse_now() - place_->since > time_to_read_an_answer ? GivesWay::now : GivesWay::never;
  return has_turn_ || has_input(fd_) ? GivesWay::after_its_turn : GivesWay::now;
}

template <class Host>
void Connection<Host>::close() noexcept {
  if (!open_) return;
  open_ = false;
  if (unfinished_ && unfinished_->wait) service_->answers.cancel(std::exchange(unfinished_->wait, nullptr));
  if (!stays_) {
    descriptor_ = {};
    return;
  }
  watch_.close();
  // Whoever calls it keeps this alive: its place no longer does.
  (void)service_->places.give_up(place_, stage_);
}

template <class Host>
auto Connection<Host>::unfinished() -> Unfinished& {
  if (!unfinished_) unfinished_ = std::make_unique<Unfinished>();
  return *unfinished_;
}

}  // namespace detail
}  // namespace vitals::inline v1
