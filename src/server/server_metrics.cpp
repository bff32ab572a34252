#include "server/server_metrics.hpp"

#include <memory>
#include <string_view>

#include "http/metrics_resource.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

void append_limit(std::string& text, std::string_view name, std::uint64_t count) {
  text.append("vitals_server_limits_total{limit=\"").append(name).append("\"} ");
  text.append(std::to_string(count)).append("\n");
}

void append_limits(std::string& text, const LimitCounts& limits) {
  text +=
      "# HELP vitals_server_limits_total How often a limit of the server was reached.\n"
      "# TYPE vitals_server_limits_total counter\n";
  append_limit(text, "malformed", limits.malformed);
  append_limit(text, "long_targets", limits.long_targets);
  append_limit(text, "long_heads", limits.long_heads);
  append_limit(text, "many_fields", limits.many_fields);
  append_limit(text, "slow_heads", limits.slow_heads);
  append_limit(text, "silent", limits.silent);
  append_limit(text, "idle", limits.idle);
  append_limit(text, "slow_readers", limits.slow_readers);
  append_limit(text, "made_room", limits.made_room);
  append_limit(text, "not_accepted", limits.not_accepted);
  append_limit(text, "proxy_headers", limits.proxy_headers);
  append_limit(text, "old", limits.old);
  append_limit(text, "cut_off", limits.cut_off);
  append_limit(text, "out_of_memory", limits.out_of_memory);
  append_limit(text, "slow_handshakes", limits.slow_handshakes);
  append_limit(text, "failed_handshakes", limits.failed_handshakes);
  append_limit(text, "refused_handshakes", limits.refused_handshakes);
}

}  // namespace

void append_server_metrics(std::string& text, const RequestCounts& requests, const LimitCounts& limits) {
  text +=
      "# HELP vitals_server_requests_total Answers by probe (all: /health; none: anything else) and status code.\n"
      "# TYPE vitals_server_requests_total counter\n";
  for (const auto& [kind, count] : requests.all()) {
    text.append("vitals_server_requests_total{probe=\"").append(kind.first).append("\",code=\"");
    text.append(std::to_string(kind.second)).append("\"} ").append(std::to_string(count)).append("\n");
  }
  append_limits(text, limits);
}

HttpRoutes metrics_routes(const HealthServerOptions& options, const RequestCounts& requests, const Limits& limits) {
  HttpRoutes routes;
  if (options.metrics_paths.empty()) return routes;
  const auto resource = std::make_shared<MetricsResource>(
      [&](std::string& text) { append_server_metrics(text, requests, limits.counts()); });
  for (const auto& path : options.metrics_paths) routes.add({path, resource, {.callers = options.metrics_callers}});
  return routes;
}

}  // namespace detail
}  // namespace vitals::inline v1
