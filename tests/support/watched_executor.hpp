#pragma once

#include <functional>
#include <memory>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/io_context.hpp>

namespace vitals_test {

/// An io_context's executor that counts its copies; the destructor of the last copy calls a function.
class WatchedExecutor : public boost::asio::io_context::executor_type {
 public:
  explicit WatchedExecutor(
      boost::asio::io_context& io, std::function<void()> at_the_end = [] {})
      : boost::asio::io_context::executor_type{io.get_executor()},
        copies_{static_cast<void*>(nullptr), [end = std::move(at_the_end)](void*) { end(); }} {}

  /// Expires when no copy is left; for a test that has dropped its own.
  [[nodiscard]] std::weak_ptr<void> copies() const noexcept { return copies_; }

 private:
  std::shared_ptr<void> copies_;
};

}  // namespace vitals_test
