#include <algorithm>
#include <array>
#include <string_view>

#include <vitals/http_message.hpp>

#include "http/ascii.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

bool is_port(std::string_view text) noexcept {
  return text.empty() || (text.front() == ':' && text.find_first_not_of("0123456789", 1) == text.npos);
}

bool is_local_host(std::string_view host) noexcept {
  constexpr std::array<std::string_view, 3> names{"localhost", "127.0.0.1", "[::1]"};
  return host == "::1" || std::any_of(names.begin(), names.end(), [&](std::string_view name) {
           return equals_ignoring_case(host.substr(0, name.size()), name) &&
                  is_port(host.substr(std::min(name.size(), host.size())));
         });
}

}  // namespace

bool hides_client(Text name_text, Text value) noexcept {
  const std::string_view name = name_text;
  constexpr std::string_view forwarded = "x-forwarded-";
  constexpr std::array<std::string_view, 3> of_proxies{"forwarded", "x-real-ip", "via"};
  if (equals_ignoring_case(name, "host")) return !is_local_host(trimmed(value));
  return equals_ignoring_case(name.substr(0, forwarded.size()), forwarded) ||
         std::any_of(of_proxies.begin(), of_proxies.end(),
                     [&](std::string_view each) { return equals_ignoring_case(name, each); });
}

}  // namespace detail
}  // namespace vitals::inline v1
