#include "grpc/buffers.hpp"

#include "grpc/messages.hpp"

namespace vitals::inline v1 {
namespace detail {

std::optional<std::string> named_by(const grpc::ByteBuffer& request) {
  if (request.Length() > largest_request) return std::nullopt;  // before it is copied
  grpc::Slice slice;
  if (!request.DumpToSingleSlice(&slice).ok()) return std::nullopt;
  return parse_request({reinterpret_cast<const char*>(slice.begin()), slice.size()});
}

grpc::ByteBuffer to_buffer(const std::string& bytes) {
  const grpc::Slice slice{bytes};
  return {&slice, 1};
}

}  // namespace detail
}  // namespace vitals::inline v1
