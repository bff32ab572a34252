#include "grpc/check_call.hpp"

#include <new>
#include <utility>

#include "grpc/watch_call.hpp"

namespace vitals::inline v1 {
namespace detail {

CheckCall::CheckCall(std::shared_ptr<const Services> services, std::size_t service, grpc::ServerUnaryReactor& reactor,
                     grpc::ByteBuffer& response) noexcept
    : services_{std::move(services)}, service_{service}, reactor_{&reactor}, response_{response} {}

// The transaction that ends the wait has updated the services before.
void CheckCall::begin(const std::shared_ptr<RegistryState>& registry) {
  const auto [probes, check] = services_->shown_by(service_);
  const auto asked = ask(*registry, {.probes = probes, .check = check},
                         [call = shared_from_this(), registry] { call->post(*registry); });
  if (!asked.wait) answer();
}

// Whoever ends a wait must not be held up by gRPC.
void CheckCall::post(RegistryState& registry) noexcept {
  self_ = shared_from_this();
  task_.front() = [this] {  // so small that std::function allocates nothing
    const auto self = std::move(self_);
    answer();
  };
  detail::post(registry, Lane::answers, std::move(task_));
}

void CheckCall::answer() noexcept {
  auto* const reactor = std::exchange(reactor_, nullptr);
  if (reactor == nullptr) return;
  const auto status = services_->status(service_);
  if (status == ServingStatus::service_unknown) {
    reactor->Finish({grpc::StatusCode::NOT_FOUND, "unknown service"});
  } else {
    response_ = to_buffer(write_response(status));
    reactor->Finish(grpc::Status::OK);
  }
}

}  // namespace detail
}  // namespace vitals::inline v1
