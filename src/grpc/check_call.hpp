#pragma once

#include <memory>

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "core/state/probes.hpp"
#include "grpc/services.hpp"

namespace vitals::inline v1 {
namespace detail {

/// A Check call that has been accepted: waits for the runs that it needs, and answers once.
class CheckCall : public std::enable_shared_from_this<CheckCall> {
 public:
  CheckCall(std::shared_ptr<const Services> services, std::size_t service, grpc::ServerUnaryReactor& reactor,
            grpc::ByteBuffer& response) noexcept;
  CheckCall(const CheckCall&) = delete;
  CheckCall& operator=(const CheckCall&) = delete;
  /// Answers if that hasn't happened: what would have been waited for is gone.
  ~CheckCall() { answer(); }

  /// @throws std::bad_alloc
  void begin(const std::shared_ptr<RegistryState>& registry);

 private:
  void post(RegistryState& registry) noexcept;
  void answer() noexcept;

  const std::shared_ptr<const Services> services_;
  const std::size_t service_;
  grpc::ServerUnaryReactor* reactor_;  // null: answered
  grpc::ByteBuffer& response_;
  Tasks task_{1};
  std::shared_ptr<CheckCall> self_ = nullptr;
};

}  // namespace detail
}  // namespace vitals::inline v1
