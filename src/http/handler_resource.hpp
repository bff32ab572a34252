#pragma once

#include <utility>

#include <vitals/http_route.hpp>

#include "http/answer.hpp"
#include "http/resource.hpp"

namespace vitals::inline v1 {
namespace detail {

/// A route whose answers an application's handler makes.
class HandlerResource final : public Resource {
 public:
  explicit HandlerResource(HttpRoute::Handler handler) : handler_{std::move(handler)} {}

  [[nodiscard]] ProbeSet needs() const noexcept override { return {}; }
  [[nodiscard]] Rendered write(const View&, const Question&) const override { return {}; }
  [[nodiscard]] std::shared_ptr<UserCall> call_for(const HttpRequest& request, const Question& question) const override;

 private:
  HttpRoute::Handler handler_;
};

/// Calls the handler, and turns its response or exception into an answer. See HttpRoute.
[[nodiscard]] Answer answer_of(const HttpRoute::Handler& handler, const HttpRequest& request, Method method);

/// The same for a response that the application has made: framing fields are dropped, and what HTTP doesn't allow
/// becomes a 500.
[[nodiscard]] Answer answer_of(HttpResponse response, Method method);

/// Whether the answer of a renderer may be sent.
[[nodiscard]] bool is_allowed(const Rendered& rendered) noexcept;

/// 500.
[[nodiscard]] Answer internal_error_answer(Method method) noexcept;

}  // namespace detail
}  // namespace vitals::inline v1
