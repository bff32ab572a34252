#include "grpc/messages.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vitals::inline v1 {
namespace detail {
namespace {

enum class WireType : unsigned char { varint = 0, fixed64 = 1, bytes = 2, group = 3, end_of_group = 4, fixed32 = 5 };

/// A field's number and type in one byte: numbers are below 16 here.
constexpr char tag(unsigned field, WireType type) noexcept {
  return static_cast<char>(field << 3U | static_cast<unsigned>(type));
}

struct Field {
  std::uint64_t number = 0;
  WireType type = WireType::varint;
  std::string_view bytes = {};  ///< Only of the type `bytes`.
};

/// Reads fields one by one. After a failure nothing more is read.
class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes) noexcept : rest_{bytes} {}

  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

  [[nodiscard]] std::optional<Field> next() noexcept {
    const auto key = varint();
    if (!key || *key >> 3U == 0 || *key > UINT32_MAX || (*key & 7U) > 5) return std::nullopt;
    Field field{.number = *key >> 3U, .type = static_cast<WireType>(*key & 7U)};
    switch (field.type) {
      case WireType::varint:
        if (!varint()) return std::nullopt;
        return field;
      case WireType::fixed64: return take(8) ? std::optional{field} : std::nullopt;
      case WireType::fixed32: return take(4) ? std::optional{field} : std::nullopt;
      case WireType::bytes: {
        const auto size = varint();
        const auto bytes = size ? take(*size) : std::nullopt;
        if (!bytes) return std::nullopt;
        field.bytes = *bytes;
        return field;
      }
      case WireType::group:
      case WireType::end_of_group: break;
    }
    return field;
  }

 private:
  [[nodiscard]] std::optional<std::uint64_t> varint() noexcept {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      const auto byte = take(1);
      if (!byte) return std::nullopt;
      const auto bits = static_cast<unsigned char>(byte->front());
      value |= static_cast<std::uint64_t>(bits & 0x7FU) << shift;
      if (bits < 0x80) return value;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<std::string_view> take(std::uint64_t size) noexcept {
    if (size > rest_.size()) return std::nullopt;
    const auto bytes = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(bytes.size());
    return bytes;
  }

  std::string_view rest_;
};

/// Skips a group and those within it: no recursion, so any depth will do.
[[nodiscard]] bool skip_group(FieldReader& reader, std::uint64_t number) {
  std::vector<std::uint64_t> open{number};
  while (!open.empty()) {
    const auto field = reader.next();
    if (!field) return false;
    if (field->type == WireType::group) open.push_back(field->number);
    if (field->type != WireType::end_of_group) continue;
    if (open.back() != field->number) return false;
    open.pop_back();
  }
  return true;
}

}  // namespace

// The last of several fields counts, as everywhere in protobuf. A name that isn't UTF-8 isn't refused here: no service
// has it.
std::optional<std::string> parse_request(std::string_view bytes) {
  if (bytes.size() > largest_request) return std::nullopt;
  std::string service;
  for (FieldReader reader{bytes}; !reader.at_end();) {
    const auto field = reader.next();
    if (!field || field->type == WireType::end_of_group) return std::nullopt;
    if (field->type == WireType::group && !skip_group(reader, field->number)) return std::nullopt;
    if (field->number == 1 && field->type == WireType::bytes) service = field->bytes;
  }
  return service;
}

std::string write_response(ServingStatus status) { return {tag(1, WireType::varint), static_cast<char>(status)}; }

std::string write_list(std::span<const std::pair<std::string_view, ServingStatus>> services) {
  const auto bytes = [](unsigned field, std::string_view content) {
    std::string text{tag(field, WireType::bytes)};
    for (auto size = content.size(); true; size >>= 7U) {
      if (size < 0x80) return (text += static_cast<char>(size)).append(content);
      text += static_cast<char>(size | 0x80U);
    }
  };
  std::string list;
  for (const auto& [name, status] : services) list += bytes(1, bytes(1, name) + bytes(2, write_response(status)));
  return list;
}

}  // namespace detail
}  // namespace vitals::inline v1
