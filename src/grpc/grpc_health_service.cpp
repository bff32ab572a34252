#include <functional>

#include <grpcpp/ext/health_check_service_server_builder_option.h>
#include <grpcpp/impl/rpc_method.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>
#if __has_include(<grpcpp/impl/server_callback_handlers.h>)  // gRPC 1.52 and newer
#include <grpcpp/impl/server_callback_handlers.h>
#else
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#endif
#include <memory>

#include <vitals/grpc.hpp>
#include <vitals/registry.hpp>

#include "grpc/grpc_health.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

using grpc::ByteBuffer;
using Unary = grpc::internal::CallbackUnaryHandler<ByteBuffer, ByteBuffer>;
using Streaming = grpc::internal::CallbackServerStreamingHandler<ByteBuffer, ByteBuffer>;
using grpc::internal::RpcMethod;

/// What protoc would generate, with bytes for messages.
class Methods final : public grpc::Service {
 public:
  explicit Methods(GrpcHealth& health) {
    add("/grpc.health.v1.Health/Check", RpcMethod::NORMAL_RPC,
        new Unary{[&health](auto* context, auto* request, auto* response) {
          return health.check(context, request, response);
        }});
    add("/grpc.health.v1.Health/List", RpcMethod::NORMAL_RPC,
        new Unary{[&health](auto* context, auto*, auto* response) { return health.list(context, response); }});
    add("/grpc.health.v1.Health/Watch", RpcMethod::SERVER_STREAMING,
        new Streaming{[&health](auto* context, auto* request) { return health.watch(context, request); }});
  }

 private:
  /// @param handler  Taken over.
  void add(const char* name, RpcMethod::RpcType type, grpc::internal::MethodHandler* handler) {
    AddMethod(new grpc::internal::RpcServiceMethod{name, type, nullptr});
    MarkMethodRawCallback(count_++, handler);
  }

  int count_ = 0;
};

}  // namespace

/// The methods, and what they call.
struct GrpcHealthParts {
  GrpcHealthParts(const std::shared_ptr<RegistryState>& registry, const GrpcHealthOptions& options)
      : health{std::make_shared<GrpcHealth>(registry, options)} {}

  const std::shared_ptr<GrpcHealth> health;
  Methods methods{*health};
};

}  // namespace detail

GrpcHealthService::GrpcHealthService(HealthRegistry& health, const GrpcHealthOptions& options)
    : parts_{std::make_unique<detail::GrpcHealthParts>(detail::state_of(health), options)} {
  detail::add_follower(*detail::state_of(health), parts_->health);
}

GrpcHealthService::~GrpcHealthService() { parts_->health->detach(); }

void GrpcHealthService::add_to(grpc::ServerBuilder& builder) {
  builder.RegisterService(&parts_->methods);
  builder.SetOption(std::make_unique<grpc::HealthCheckServiceServerBuilderOption>(nullptr));
}

void GrpcHealthService::shutdown() noexcept { parts_->health->shut_down(); }

}  // namespace vitals::inline v1
