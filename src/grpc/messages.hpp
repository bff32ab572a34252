#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace vitals::inline v1 {
namespace detail {

// The messages of grpc.health.v1 in protobuf's wire format, https://protobuf.dev/programming-guides/encoding/. Pure.

/// HealthCheckResponse.ServingStatus, with its numbers on the wire.
enum class ServingStatus : unsigned char { serving = 1, not_serving = 2, service_unknown = 3 };

/// The longest name of a service, in bytes.
inline constexpr std::size_t longest_service_name = 200;
/// Longer requests are refused unread.
inline constexpr std::size_t largest_request = 4096;

/// The service that a HealthCheckRequest names; fields of newer versions are skipped. Nullopt if it is malformed.
[[nodiscard]] std::optional<std::string> parse_request(std::string_view bytes);

/// A HealthCheckResponse.
[[nodiscard]] std::string write_response(ServingStatus status);

/// A HealthListResponse.
[[nodiscard]] std::string write_list(std::span<const std::pair<std::string_view, ServingStatus>> services);

}  // namespace detail
}  // namespace vitals::inline v1
