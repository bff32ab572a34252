#include "grpc/check_call.hpp"

#include <new>
#include <utility>

#include "grpc/buffers.hpp"

namespace vitals::inline v1 {
namespace detail {

CheckCall::CheckCall(std::shared_ptr<const Services> services, std::size_t service, grpc::ByteBuffer& response)
    : services_{std::move(services)}, service_{service}, response_{response} {}

void CheckCall::begin(const std::shared_ptr<RegistryState>& registry) noexcept {
  self_ = shared_from_this();
  bool waits = false;
  try {
    waits = registry && !services_->is_shut_down() && wait_for_runs(registry);
  } catch (const std::bad_alloc&) {
  }
  if (!waits) answer();
}

// The transaction that ends the wait has updated the services before.
bool CheckCall::wait_for_runs(const std::shared_ptr<RegistryState>& registry) {
  registry_ = registry;
  on_alarm_ = [call = weak_from_this()](bool) {
    if (const auto living = call.lock()) living->answer();
  };
  const auto [probes, check] = services_->shown_by(service_);
  wait_ = ask(*registry, {.probes = probes, .check = check}, [call = shared_from_this()] { call->wake(); }).wait;
  return wait_ != nullptr;
}

// The thread that ends a wait must not do gRPC's I/O: a thread of gRPC answers.
void CheckCall::wake() noexcept { alarm_.Set(gpr_inf_past(GPR_CLOCK_MONOTONIC), std::move(on_alarm_)); }

void CheckCall::OnCancel() {
  if (const auto registry = registry_.lock(); registry && wait_) cancel(*registry, wait_);
  answer();
}

// The wait owns this call, too.
void CheckCall::OnDone() {
  wait_ = nullptr;
  self_ = nullptr;
}

void CheckCall::answer() noexcept {
  if (answered_.exchange(true)) return;
  const auto status = services_->status(service_);
  if (status == ServingStatus::service_unknown) return Finish({grpc::StatusCode::NOT_FOUND, "unknown service"});
  response_ = to_buffer(write_response(status));
  Finish(grpc::Status::OK);
}

}  // namespace detail
}  // namespace vitals::inline v1
