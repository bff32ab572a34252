#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include <vitals/rendered.hpp>

#include "core/base/user_code.hpp"
#include "core/state/transaction.hpp"
#include "http/handler_resource.hpp"
#include "http/rendering.hpp"
#include "http/resource.hpp"
#include "http/served.hpp"
#include "http/target.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

/// A renderer is called without a lock, and its body is kept afterwards.
UserCall::Outcome call_renderer(RegistryState& state, const ResourceCall& call) {
  const auto& question = call.question;
  const auto& served = *question.served;
  if (auto body = served.kept.find(question); body && state.still_holds(served.shows, body->version))
    return {.body = std::move(body)};
  const auto view = [&] {
    Effects effects{state};  // they fire before the application's code runs
    return view_for(state, question, effects);
  }();
  std::optional<Rendered> rendered;
  call_user_code([&] { rendered = served.resource->write(view, question); }, [](std::string_view) {});
  if (!rendered || !is_allowed(*rendered)) return {.answer = internal_error_answer(question.method)};
  auto body = body_of(view, *std::move(rendered));
  served.kept.keep(question, body);
  return {.body = std::move(body)};
}

/// A route whose bodies an application's function writes.
class RenderedResource final : public Resource {
 public:
  RenderedResource(std::optional<Probe> probe, Renderer renderer) : probe_{probe}, renderer_{std::move(renderer)} {
    if (!renderer_) throw std::invalid_argument{"vitals: rendered: the renderer must not be empty"};
  }

  [[nodiscard]] ProbeSet needs() const noexcept override { return probe_ ? ProbeSet::of(*probe_) : ProbeSet::all(); }
  [[nodiscard]] std::string_view subject() const noexcept override { return probe_ ? to_string(*probe_) : "all"; }
  void read(const Wish& wish, Question& question) const override { question.warn_status = warn_status_of(wish.query); }
  [[nodiscard]] Rendered write(const View& view, const Question&) const override { return renderer_(HealthView{view}); }
  [[nodiscard]] std::shared_ptr<UserCall> call_for(const HttpRequest& request,
                                                   const Question& question) const override {
    return std::make_shared<ResourceCall>(request, question, &call_renderer);
  }

 private:
  std::optional<Probe> probe_;
  Renderer renderer_;
};

}  // namespace
}  // namespace detail

HttpRoute rendered(Text path, Probe probe, Renderer renderer, HttpRouteOptions options) {
  return {path, std::make_shared<detail::RenderedResource>(probe, std::move(renderer)), options};
}

HttpRoute rendered(Text path, Renderer renderer, HttpRouteOptions options) {
  return {path, std::make_shared<detail::RenderedResource>(std::nullopt, std::move(renderer)), options};
}

}  // namespace vitals::inline v1
