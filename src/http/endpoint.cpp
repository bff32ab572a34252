#include <latch>
#include <stdexcept>
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

std::optional<HttpResponse> Endpoint::handle(const HttpRequest& request) const {
  const auto question = answers_->question(request);
  if (!question) return std::nullopt;
  std::shared_ptr<std::latch> over;
  const auto begun = answers_->begin(*question, [&] {
    over = std::make_shared<std::latch>(1);
    return [over] { over->count_down(); };
  });
  if (begun.answer) return detail::to_response(*begun.answer);
  over->wait();
  return detail::to_response(answers_->answer(*question));
}

PendingResponse Endpoint::async_handle(const HttpRequest& request,
                                       std::function<void(std::optional<HttpResponse>)> done) const {
  if (!done) throw std::invalid_argument{"vitals: async_handle: `done` must not be empty"};
  auto question = answers_->question(request);
  if (!question) {
    detail::call(done, std::nullopt);
    return {};
  }
  std::shared_ptr<detail::Delivery> delivery;
  std::shared_ptr<detail::PendingAnswer> pending;  // allocated before the wait exists: nothing may throw after that
  auto begun = answers_->begin(*question, [&] {
    delivery = std::make_shared<detail::Delivery>(answers_, *question, std::move(done));
    pending = std::make_shared<detail::PendingAnswer>(answers_, delivery);
    return [delivery] { delivery->post(); };
  });
  if (begun.answer) {
    auto response = detail::to_response(*begun.answer);
    delivery ? delivery->deliver(std::move(response)) : detail::call(done, std::move(response));
    return {};
  }
  pending->wait_for(std::move(begun.wait));
  return PendingResponse{std::move(pending)};
}

}  // namespace vitals::inline v1
