#pragma once

#include <optional>
#include <string>

#include <grpcpp/support/byte_buffer.h>

namespace vitals::inline v1 {
namespace detail {

/// The service that a request names; nullopt if it is malformed or too long.
[[nodiscard]] std::optional<std::string> named_by(const grpc::ByteBuffer& request);

[[nodiscard]] grpc::ByteBuffer to_buffer(const std::string& bytes);

}  // namespace detail
}  // namespace vitals::inline v1
