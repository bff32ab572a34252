#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>

#include <grpcpp/alarm.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "core/state/probes.hpp"
#include "grpc/services.hpp"

namespace vitals::inline v1 {
namespace detail {

/// A Check call for a service that is there: waits for the runs that it needs, and answers once. It lives until gRPC
/// has called OnDone(), and as long as its wait does.
class CheckCall final : public grpc::ServerUnaryReactor, public std::enable_shared_from_this<CheckCall> {
 public:
  CheckCall(std::shared_ptr<const Services> services, std::size_t service, grpc::ByteBuffer& response);

  /// Then it is gRPC's.
  /// @param registry  Null if it has ended.
  void begin(const std::shared_ptr<RegistryState>& registry) noexcept;

 private:
  void OnCancel() override;
  void OnDone() override;

  /// @throws std::bad_alloc
  [[nodiscard]] bool wait_for_runs(const std::shared_ptr<RegistryState>& registry);
  void wake() noexcept;
  void answer() noexcept;

  const std::shared_ptr<const Services> services_;
  const std::size_t service_;
  grpc::ByteBuffer& response_;
  std::shared_ptr<CheckCall> self_ = nullptr;  // until OnDone()
  std::weak_ptr<RegistryState> registry_;
  std::shared_ptr<Wait> wait_ = nullptr;
  grpc::Alarm alarm_;
  std::function<void(bool)> on_alarm_;  // made before it is needed, so that wake() allocates nothing
  std::atomic<bool> answered_ = false;
};

}  // namespace detail
}  // namespace vitals::inline v1
