#include "http/metrics_resource.hpp"

#include <memory>

#include <vitals/metrics.hpp>

#include "http/metrics_writer.hpp"

namespace vitals::inline v1 {
namespace detail {

Rendered MetricsResource::write(const View& view, const Question&) const {
  return {.media_type = "text/plain; version=0.0.4; charset=utf-8",
          .body = metrics_body(view.snapshot, view.has_names()),
          .status = 200};
}

std::string MetricsResource::prefix(RegistryState& state) const {
  std::string text;
  append_live_metrics(text, state);
  if (more_) more_(text);
  return text;
}

}  // namespace detail

HttpRoute metrics(Text path, HttpRouteOptions options) {
  return {path, std::make_shared<detail::MetricsResource>(), options};
}

}  // namespace vitals::inline v1
