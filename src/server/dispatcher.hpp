#pragma once

#include <atomic>
#include <memory>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "server/service.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Tells the connections of a Service what has happened to their sockets, where a Watch has a set of them: all wait
/// with a single wait of Asio's.
///
/// Its pending handlers keep it alive. Its definitions are in dispatcher_impl.hpp, as with Connection.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe; whoever calls it holds the mutex of its Service.
template <class Host>
class Dispatcher : public std::enable_shared_from_this<Dispatcher<Host>> {
 public:
  using Executor = typename Host::Executor;

  /// @throws boost::system::system_error  if the process has no descriptor left.
  Dispatcher(const Executor& executor, std::shared_ptr<Service<Host>> service);

  void start();
  /// False if its handler has gone without being run, or started again, for want of memory.
  [[nodiscard]] bool waits() const noexcept { return waits_.load(std::memory_order_relaxed); }
  /// After the connections.
  void close() noexcept;

 private:
  /// What its handler owns: it may be destroyed without having been called, on any thread.
  class Wait {
   public:
    explicit Wait(std::shared_ptr<Dispatcher> dispatcher) noexcept : dispatcher_{std::move(dispatcher)} {}
    Wait(Wait&& other) noexcept = default;
    Wait& operator=(Wait&& other) = delete;
    ~Wait() {
      if (dispatcher_) dispatcher_->waits_.store(false, std::memory_order_relaxed);
    }

    std::shared_ptr<Dispatcher> end() noexcept { return std::move(dispatcher_); }

   private:
    std::shared_ptr<Dispatcher> dispatcher_;
  };

  void dispatch();

  std::shared_ptr<Service<Host>> service_;
  boost::asio::posix::basic_stream_descriptor<Executor> set_;
  std::atomic<bool> waits_ = true;
};

}  // namespace detail
}  // namespace vitals::inline v1
