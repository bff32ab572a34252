#include "server/watch.hpp"

#include <cerrno>
#include <poll.h>
#include <system_error>
#include <utility>

#include "server/connection.hpp"
#include "server/service.hpp"

namespace vitals::inline v1 {
namespace detail {

#ifdef VITALS_HAS_EPOLL

void EpollWatch::add(Descriptor descriptor, Connection& connection, const Service& service) {
  epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.ptr = &connection}};
  if (::epoll_ctl(service.epoll, EPOLL_CTL_ADD, descriptor.get(), &event) != 0)
    throw std::system_error{errno, std::system_category()};
  descriptor_ = std::move(descriptor);
  epoll_ = service.epoll;
}

void EpollWatch::close() noexcept {
  // Closing isn't enough: if a child of fork() has a copy of the socket, it would stay in the set.
  (void)::epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor_.get(), nullptr);
  descriptor_ = {};
}

#else

void HostWatch::add(Descriptor descriptor, Connection& connection, Service& service) {
  wait_ = service.host->watch(descriptor.get(), *this);
  descriptor_ = std::move(descriptor);
  connection_ = &connection;
  service_ = &service;
}

void HostWatch::await(Interest interest) {
  if (wait_->under_way() && awaited_ == interest) return;
  awaited_ = interest;
  wait_->begin(interest);
}

void HostWatch::close() noexcept {
  wait_ = nullptr;
  descriptor_ = {};
}

void HostWatch::on_turn() noexcept {
  const auto connection = connection_->shared_from_this();
  service_->begin_turn();
  connection->on_event({.broken = awaited_ == Interest::reset && is_broken()});
}

bool HostWatch::is_broken() const noexcept {
  pollfd state{.fd = descriptor_.get(), .events = 0, .revents = 0};
  return ::poll(&state, 1, 0) > 0 && (state.revents & (POLLERR | POLLHUP)) != 0;
}

#endif

}  // namespace detail
}  // namespace vitals::inline v1
