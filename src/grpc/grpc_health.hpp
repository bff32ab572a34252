#pragma once

#include <memory>
#include <optional>

#include <grpcpp/alarm.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <vitals/process_owner.hpp>

#include "core/state/follower.hpp"
#include "grpc/services.hpp"
#include "grpc/watchers.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The methods of grpc.health.v1.Health, fed by a registry.
///
/// follow() only stores what has changed. A thread of gRPC then writes to the streams: it calls back for an Alarm.
class GrpcHealth final : public Follower {
 public:
  using Request = const grpc::ByteBuffer*;
  using Response = grpc::ByteBuffer*;
  using Context = grpc::CallbackServerContext*;

  /// @throws std::invalid_argument  naming the service and the rule.
  GrpcHealth(const std::shared_ptr<RegistryState>& registry, const GrpcHealthOptions& options);
  GrpcHealth(const GrpcHealth&) = delete;
  GrpcHealth& operator=(const GrpcHealth&) = delete;
  ~GrpcHealth() = default;

  /// Ends what the registry calls.
  void detach() noexcept;
  void shut_down() noexcept;

  [[nodiscard]] grpc::ServerUnaryReactor* check(Context context, Request request, Response response);
  [[nodiscard]] grpc::ServerUnaryReactor* list(Context context, Response response) const;
  [[nodiscard]] grpc::ServerWriteReactor<grpc::ByteBuffer>* watch(Context context, Request request);

 private:
  [[nodiscard]] SteadyTime follow(const RegistryState& state, const Moment& now, bool on_time) noexcept override;
  [[nodiscard]] bool announce() noexcept;
  /// Null in a child of fork(): its copy of the lock may be held for ever.
  [[nodiscard]] std::shared_ptr<RegistryState> registry() const noexcept;

  const std::weak_ptr<RegistryState> registry_;
  const std::shared_ptr<Services> services_;
  const std::shared_ptr<Watchers> watchers_;
  bool changed_ = false;              // guarded by the registry's lock, as the alarm is
  std::optional<grpc::Alarm> alarm_;  // the last one
  ProcessOwner owner_;
};

}  // namespace detail
}  // namespace vitals::inline v1
