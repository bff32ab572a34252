#include "grpc/grpc_health.hpp"

#include <chrono>
#include <new>
#include <string>
#include <utility>

#include <grpcpp/server_context.h>

#include "grpc/check_call.hpp"
#include "grpc/messages.hpp"
#include "grpc/watch_call.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

constexpr std::chrono::milliseconds again_after{100};

/// The service that a request names; nullopt if it is malformed.
std::optional<std::string> named_by(const grpc::ByteBuffer& request) {
  if (request.Length() > largest_request) return std::nullopt;
  grpc::Slice slice;
  if (!request.DumpToSingleSlice(&slice).ok()) return std::nullopt;
  return parse_request({reinterpret_cast<const char*>(slice.begin()), slice.size()});
}

grpc::Status malformed() { return {grpc::StatusCode::INVALID_ARGUMENT, "the message is malformed or too long"}; }
grpc::Status unknown_service() { return {grpc::StatusCode::NOT_FOUND, "unknown service"}; }
grpc::Status no_memory() { return {grpc::StatusCode::RESOURCE_EXHAUSTED, "out of memory"}; }

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

// Whoever begins to watch afterwards finds the new status by itself. A new Alarm each time: one whose callback is being
// called can't be set.
bool GrpcHealth::announce() noexcept {
  if (watchers_->empty() || announced_.exchange(true)) return true;
  try {
    alarm_.emplace();
    alarm_->Set(gpr_inf_past(GPR_CLOCK_MONOTONIC), [self = weak_from_this()](bool) {
      const auto health = self.lock();
      if (!health) return;
      health->announced_ = false;
      health->watchers_->refresh();
    });
    return true;
  } catch (const std::bad_alloc&) {
    announced_ = false;
    return false;
  }
}

grpc::ServerUnaryReactor* GrpcHealth::check(Context context, Request request, Response response) {
  auto* const reactor = context->DefaultReactor();
  std::shared_ptr<CheckCall> call;  // its end answers, if nothing else does
  try {
    const auto name = named_by(*request);
    const auto service = name ? services_->find(*name) : std::nullopt;
    if (service) {
      call = std::make_shared<CheckCall>(services_, *service, *reactor, *response);
      if (const auto state = registry()) call->begin(state);
    } else {
      reactor->Finish(name ? unknown_service() : malformed());
    }
  } catch (const std::bad_alloc&) {
    if (!call) reactor->Finish(no_memory());
  }
  return reactor;
}

grpc::ServerUnaryReactor* GrpcHealth::list(Context context, Response response) const {
  auto* const reactor = context->DefaultReactor();
  try {
    *response = to_buffer(write_list(services_->list()));
    reactor->Finish(grpc::Status::OK);
  } catch (const std::bad_alloc&) {
    reactor->Finish(no_memory());
  }
  return reactor;
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
