#pragma once

#include <memory>
#include <optional>

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "grpc/watchers.hpp"

namespace vitals::inline v1 {
namespace detail {

/// A Watch call, for gRPC. Destroys itself when gRPC is done with it.
class WatchCall final : public grpc::ServerWriteReactor<grpc::ByteBuffer>, public WatchStream {
 public:
  /// @throws std::bad_alloc
  static WatchCall* begin(std::shared_ptr<Watchers> watchers, std::optional<std::size_t> service);

 private:
  WatchCall(std::shared_ptr<Watchers> watchers, std::optional<std::size_t> service);

  void OnWriteDone(bool ok) override { watchers_->written(place_, ok); }
  void OnCancel() override { watchers_->cancel(place_); }
  void OnDone() override;
  void carry_out(Watch::Step step, ServingStatus status) noexcept override;

  const std::shared_ptr<Watchers> watchers_;
  const Watchers::Place place_;
  grpc::ByteBuffer message_;
};

/// A Watch call that ends at once.
class RefusedWatch final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  explicit RefusedWatch(const grpc::Status& status) { Finish(status); }

 private:
  void OnDone() override { delete this; }
};

}  // namespace detail
}  // namespace vitals::inline v1
