#pragma once

// What a Dispatcher does. To be included where it is instantiated, and nowhere else.

#include <array>
#include <cerrno>
#include <mutex>

#include <boost/system/system_error.hpp>

#include "server/connection.hpp"
#include "server/dispatcher.hpp"

namespace vitals::inline v1 {
namespace detail {

#ifdef VITALS_HAS_EPOLL

inline constexpr std::size_t events_per_call = 64;
/// Where so many things happen at a time, there is more to come: it is asked again, so often at most, before others
/// have their turn.
inline constexpr int many_events = 8;
inline constexpr int calls_per_turn = 4;

template <class Host>
Dispatcher<Host>::Dispatcher(const Executor& executor, std::shared_ptr<Service<Host>> service)
    : service_{std::move(service)}, set_{executor} {
  Descriptor set{::epoll_create1(EPOLL_CLOEXEC)};
  if (!set) throw boost::system::system_error{errno, boost::system::system_category()};
  set_.assign(set.get());
  service_->epoll = set.release();
}

template <class Host>
void Dispatcher<Host>::start() {
  waits_.store(true, std::memory_order_relaxed);
  set_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                  [wait = Wait{this->shared_from_this()}](boost::system::error_code error) mutable {
                    const auto self = wait.end();
                    const std::lock_guard lock{self->service_->mutex};
                    if (error || !self->set_.is_open()) return;
                    self->dispatch();
                    try {
                      self->start();
                    } catch (...) {
                      // Out of memory: the next sweep starts it.
                    }
                  });
}

template <class Host>
void Dispatcher<Host>::dispatch() {
  std::array<epoll_event, events_per_call> events;
  for (int call = 0; call < calls_per_turn; ++call) {
    const int count = ::epoll_wait(service_->epoll, events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < count; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      const auto connection = static_cast<Connection<Host>*>(event.data.ptr)->shared_from_this();
      connection->on_event(
          {.ended = (event.events & EPOLLRDHUP) != 0, .broken = (event.events & (EPOLLERR | EPOLLHUP)) != 0});
    }
    if (count < many_events) return;
  }
}

template <class Host>
void Dispatcher<Host>::close() noexcept {
  boost::system::error_code ignored;
  set_.close(ignored);
}

#else

template <class Host>
Dispatcher<Host>::Dispatcher(const Executor& executor, std::shared_ptr<Service<Host>> service)
    : service_{std::move(service)}, set_{executor} {}

template <class Host>
void Dispatcher<Host>::start() {}

template <class Host>
void Dispatcher<Host>::close() noexcept {}

#endif

}  // namespace detail
}  // namespace vitals::inline v1
