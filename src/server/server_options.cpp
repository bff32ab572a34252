#include "server/server_options.hpp"

#include <chrono>
#include <cstddef>
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

void in_range(const std::string& option, std::size_t value, std::size_t min, std::size_t max,
              const std::string& unit = {}) {
  if (value < min || value > max)
    refuse(option, std::to_string(min) + " to " + std::to_string(max) + unit, std::to_string(value));
}

void in_range(const std::string& option, Duration value, Duration min, Duration max) {
  if (value < min || value > max) refuse(option, spoken(min) + " to " + spoken(max), spoken(value));
}

}  // namespace

HealthServerOptions valid(HealthServerOptions options) {
  if (!is_numeric_address(options.address))
    refuse("address", "an IPv4 or IPv6 address in numbers, as 127.0.0.1 or ::1",
           "\"" + safe_text(options.address, 80) + "\"");
  in_range("max_head_size", options.max_head_size, 256, 65536, " bytes");
  in_range("head_timeout", options.head_timeout, 100ms, 10min);
  in_range("idle_timeout", options.idle_timeout, 100ms, 1h);
  in_range("max_connections", options.max_connections, 8, 100000);
  in_range("max_target_size", options.max_target_size, 64, 65536, " bytes");
  in_range("max_header_fields", options.max_header_fields, 4, 1000);
  in_range("first_byte_timeout", options.first_byte_timeout, 100ms, 10min);
  in_range("write_timeout", options.write_timeout, 100ms, 10min);
  in_range("pipelined_per_turn", options.pipelined_per_turn, 1, 1000);
  in_range("accepts_per_turn", options.accepts_per_turn, 1, 1000);
  return options;
}

}  // namespace detail
}  // namespace vitals::inline v1
