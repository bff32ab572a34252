#include "server/server_options.hpp"

#include <chrono>
#include <stdexcept>
#include <string>

#include "core/text.hpp"
#include "server/listen_socket.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

using namespace std::chrono_literals;

[[noreturn]] void refuse(const std::string& option, const std::string& rule, const std::string& value) {
  throw std::invalid_argument{"vitals: HealthServerOptions: " + option + " must be " + rule + ", not " + value};
}

void in_range(const std::string& option, Duration value, Duration min, Duration max) {
  if (value < min || value > max) refuse(option, spoken(min) + " to " + spoken(max), spoken(value));
}

}  // namespace

HealthServerOptions valid(HealthServerOptions options) {
  if (!is_numeric_address(options.address))
    refuse("address", "an IPv4 or IPv6 address in numbers, as 127.0.0.1 or ::1",
           "\"" + safe_text(options.address, 80) + "\"");
  if (options.max_head_size < 256 || options.max_head_size > 65536)
    refuse("max_head_size", "256 to 65536 bytes", std::to_string(options.max_head_size));
  if (options.max_connections < 8 || options.max_connections > 100000)
    refuse("max_connections", "8 to 100000", std::to_string(options.max_connections));
  in_range("head_timeout", options.head_timeout, 100ms, 10min);
  in_range("idle_timeout", options.idle_timeout, 100ms, 1h);
  return options;
}

}  // namespace detail
}  // namespace vitals::inline v1
