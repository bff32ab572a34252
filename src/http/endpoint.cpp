#include <latch>
#include <utility>

#include <vitals/endpoint.hpp>
#include <vitals/registry.hpp>

#include "http/answers.hpp"
#include "http/delivery.hpp"

namespace vitals::inline v1 {

PendingResponse::PendingResponse() noexcept = default;
PendingResponse::PendingResponse(std::shared_ptr<detail::PendingAnswer> answer) noexcept : answer_{std::move(answer)} {}
PendingResponse::PendingResponse(PendingResponse&& other) noexcept = default;
PendingResponse& PendingResponse::operator=(PendingResponse&& other) noexcept = default;
PendingResponse::~PendingResponse() = default;

Endpoint::Endpoint(HealthRegistry& registry, EndpointOptions options)
    : answers_{std::make_shared<detail::Answers>(detail::state_of(registry), std::move(options))} {}
Endpoint::Endpoint(Endpoint&& other) noexcept = default;
Endpoint& Endpoint::operator=(Endpoint&& other) noexcept = default;
Endpoint::~Endpoint() = default;

std::optional<Response> Endpoint::handle(const Request& request) const {
  const auto route = answers_->route(request);
  if (!route) return std::nullopt;
  if (const auto answer = answers_->at_hand(*route)) return detail::to_response(*answer);
  const auto ready = std::make_shared<std::latch>(1);
  if (answers_->prepare(*route, [ready] { ready->count_down(); })) ready->wait();
  return detail::to_response(answers_->answer(*route));
}

PendingResponse Endpoint::async_handle(const Request& request,
                                       std::function<void(std::optional<Response>)> done) const {
  auto route = answers_->route(request);
  if (!route) {
    detail::call(done, std::nullopt);
    return {};
  }
  if (const auto answer = answers_->at_hand(*route)) {
    detail::call(done, detail::to_response(*answer));
    return {};
  }
  auto delivery = std::make_shared<detail::Delivery>(answers_, *route, std::move(done));
  auto wait = answers_->prepare(*route, [delivery] { delivery->post(); });
  if (!wait) {
    delivery->deliver();
    return {};
  }
  return PendingResponse{std::make_shared<detail::PendingAnswer>(answers_, std::move(delivery), std::move(wait))};
}

}  // namespace vitals::inline v1
