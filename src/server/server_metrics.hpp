#pragma once

#include <string>

#include <vitals/http_route.hpp>
#include <vitals/server.hpp>

#include "server/limits.hpp"
#include "server/request_counts.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Appends vitals_server_requests_total and vitals_server_limits_total.
void append_server_metrics(std::string& text, const RequestCounts& requests, const LimitCounts& limits);

/// The routes of HealthServerOptions::metrics_paths. The counts must outlive them.
[[nodiscard]] VITALS_EXPORT HttpRoutes metrics_routes(const HealthServerOptions& options, const RequestCounts& requests,
                                                      const Limits& limits);

}  // namespace detail
}  // namespace vitals::inline v1
