#include "server/dispatcher.hpp"

#include <array>
#include <cerrno>
#include <system_error>

#include "core/base/own_descriptor.hpp"
#include "server/connection.hpp"

namespace vitals::inline v1 {
namespace detail {

#ifdef VITALS_HAS_EPOLL

namespace {

constexpr std::size_t events_per_call = 64;
/// Where so many things happen at a time, there is more to come: it is asked again, so often at most, before others
/// have their turn.
constexpr int many_events = 8;
constexpr int calls_per_turn = 4;

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

void Dispatcher::dispatch() noexcept {
  std::array<epoll_event, events_per_call> events;
  for (int call = 0; call < calls_per_turn; ++call) {
    const int count = ::epoll_wait(set_.get(), events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < count; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      const auto connection = static_cast<Connection*>(event.data.ptr)->shared_from_this();
      connection->on_event(
          {.ended = (event.events & EPOLLRDHUP) != 0, .broken = (event.events & (EPOLLERR | EPOLLHUP)) != 0});
    }
    if (count < many_events) return;
  }
}

#else

Dispatcher::Dispatcher(Service& service) : service_{service} {}
Dispatcher::~Dispatcher() = default;
void Dispatcher::wait() {}
void Dispatcher::on_turn() noexcept {}
void Dispatcher::dispatch() noexcept {}

#endif

}  // namespace detail
}  // namespace vitals::inline v1
