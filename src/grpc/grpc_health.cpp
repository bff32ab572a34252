#include "grpc/grpc_health.hpp"

#include <chrono>
#include <new>
#include <string>
#include <utility>

#include <grpcpp/server_context.h>

#include "grpc/buffers.hpp"
#include "grpc/check_call.hpp"
#include "grpc/messages.hpp"
#include "grpc/watch_call.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

constexpr std::chrono::milliseconds again_after{100};

grpc::Status malformed() { return {grpc::StatusCode::INVALID_ARGUMENT, "the message is malformed or too long"}; }
grpc::Status no_memory() { return {grpc::StatusCode::RESOURCE_EXHAUSTED, "out of memory"}; }

grpc::ServerUnaryReactor* finish(grpc::CallbackServerContext* context, const grpc::Status& status) {
  auto* const reactor = context->DefaultReactor();
  reactor->Finish(status);
  return reactor;
}

}  // namespace

GrpcHealth::GrpcHealth(const std::shared_ptr<RegistryState>& registry, const GrpcHealthOptions& options)
    : registry_{registry},
      services_{std::make_shared<Services>(options.names)},
      watchers_{std::make_shared<Watchers>(services_)} {
  owner_.claim();
}

void GrpcHealth::detach() noexcept {
  if (const auto state = registry()) remove_follower(*state, *this);
}

void GrpcHealth::shut_down() noexcept {
  services_->shut_down();
  watchers_->refresh();
}

std::shared_ptr<RegistryState> GrpcHealth::registry() const noexcept {
  return owner_.is_another() ? nullptr : registry_.lock();
}

SteadyTime GrpcHealth::follow(const RegistryState& state, const Moment& now, bool) noexcept {
  state.mutex.is_held();
  if (owner_.is_another()) return SteadyTime::max();
  changed_ = services_->update(state.model, now.steady) || changed_;
  if (!changed_) return SteadyTime::max();
  changed_ = !announce();
  return changed_ ? now.steady + again_after : SteadyTime::max();
}

// A new Alarm each time: one whose callback is being called can't be set.
bool GrpcHealth::announce() noexcept {
  if (!watchers_->want_refresh()) return true;
  try {
    alarm_.emplace();
    alarm_->Set(gpr_inf_past(GPR_CLOCK_MONOTONIC), [watchers = watchers_](bool) { watchers->refresh(); });
    return true;
  } catch (const std::bad_alloc&) {
    watchers_->drop_refresh();
    return false;
  }
}

grpc::ServerUnaryReactor* GrpcHealth::check(Context context, Request request, Response response) {
  try {
    const auto name = named_by(*request);
    if (!name) return finish(context, malformed());
    const auto service = services_->find(*name);
    if (!service) return finish(context, {grpc::StatusCode::NOT_FOUND, "unknown service"});
    const auto call = std::make_shared<CheckCall>(services_, *service, *response);
    call->begin(registry());
    return call.get();
  } catch (const std::bad_alloc&) {
    return finish(context, no_memory());
  }
}

grpc::ServerUnaryReactor* GrpcHealth::list(Context context, Response response) const {
  try {
    *response = to_buffer(write_list(services_->list()));
    return finish(context, grpc::Status::OK);
  } catch (const std::bad_alloc&) {
    return finish(context, no_memory());
  }
}

// Without a reactor gRPC would answer UNIMPLEMENTED, which clients take for a server without health checks.
grpc::ServerWriteReactor<grpc::ByteBuffer>* GrpcHealth::watch(Context context, Request request) {
  try {
    const auto name = named_by(*request);
    if (!name) return new RefusedWatch{malformed()};
    return WatchCall::begin(watchers_, services_->find(*name));
  } catch (const std::bad_alloc&) {
    context->TryCancel();
    return nullptr;
  }
}

}  // namespace detail
}  // namespace vitals::inline v1
