#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include <vitals/rendered.hpp>

#include "http/resource.hpp"
#include "http/target.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

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
  [[nodiscard]] bool is_user_code() const noexcept override { return true; }

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
