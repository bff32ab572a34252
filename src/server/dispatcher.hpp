#pragma once

#include <cstddef>
#include <memory>

#include <vitals/export.hpp>

#include "server/descriptor.hpp"
#include "server/host.hpp"
#include "server/service.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Tells the connections of a Service what has happened to their sockets, where a Watch has a set of them: the host
/// waits for the set alone.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: for the server's turn.
class VITALS_EXPORT Dispatcher final : public HostClient {
 public:
  /// @throws std::system_error  if the process has no descriptor left.
  explicit Dispatcher(Service& service);
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;
  ~Dispatcher();

  /// Unless it waits already. @throws std::bad_alloc
  void wait();

 private:
  void on_turn() noexcept override;
  void dispatch() noexcept;
  /// @returns How many events there were, `most` at most.
  std::size_t serve_batch(std::size_t most) noexcept;

  [[maybe_unused]] Service& service_;  // by the portable build
  Descriptor set_ = {};
  std::unique_ptr<HostWait> wait_ = nullptr;  // ends before the set
};

}  // namespace detail
}  // namespace vitals::inline v1
