#include "server/dispatcher.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <system_error>

#include "core/base/own_descriptor.hpp"
#include "server/connection.hpp"

namespace vitals::inline v1 {
namespace detail {

#ifdef VITALS_HAS_EPOLL

namespace {

constexpr std::size_t events_per_call = 64;
/// After so many the host has its turn, whether or not more has come.
constexpr std::size_t events_per_turn = 256;

}  // namespace

Dispatcher::Dispatcher(Service& service) : service_{service}, set_{own_descriptor(::epoll_create1(EPOLL_CLOEXEC))} {
  if (!set_) throw std::system_error{errno, std::system_category()};
  wait_ = service_.host->watch(set_.get(), *this);
  service_.epoll = set_.get();
}

Dispatcher::~Dispatcher() { service_.epoll = -1; }

void Dispatcher::wait() {
  if (!wait_->under_way()) wait_->begin(Interest::input);
}

void Dispatcher::on_turn() noexcept {
  service_.begin_turn();
  dispatch();
  try {
    wait();
  } catch (...) {
    // Out of memory: the next sweep tries again.
  }
}

// More may have come while a batch was served. Asking in vain costs one short system call, another turn of the host
// three longer ones.
void Dispatcher::dispatch() noexcept {
  std::size_t served = 0;
  while (served < events_per_turn) {
    const auto count = serve_batch(std::min(events_per_call, events_per_turn - served));
    if (count == 0) return;
    served += count;
  }
}

std::size_t Dispatcher::serve_batch(std::size_t most) noexcept {
  std::array<epoll_event, events_per_call> events;
  const int count = ::epoll_wait(set_.get(), events.data(), static_cast<int>(most), 0);
  if (count <= 0) return 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    const auto& event = events[i];
    const auto connection = static_cast<Connection*>(event.data.ptr)->shared_from_this();
    connection->on_event(
        {.ended = (event.events & EPOLLRDHUP) != 0, .broken = (event.events & (EPOLLERR | EPOLLHUP)) != 0});
  }
  return static_cast<std::size_t>(count);
}

#else

Dispatcher::Dispatcher(Service& service) : service_{service} {}
Dispatcher::~Dispatcher() = default;
void Dispatcher::wait() {}
void Dispatcher::on_turn() noexcept {}
void Dispatcher::dispatch() noexcept {}
std::size_t Dispatcher::serve_batch(std::size_t) noexcept { return 0; }

#endif

}  // namespace detail
}  // namespace vitals::inline v1
