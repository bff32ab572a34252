#include "server/server_options.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>

#include "core/base/text.hpp"
#include "server/activation.hpp"
#include "server/listen_socket.hpp"
#include "server/unix_socket.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

using namespace std::chrono_literals;

constexpr unsigned max_unix_mode = 0777;

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

std::string address_rule(const std::string& address) {
  if (is_unix_address(address))
    return "unix: and the absolute path of a file, or unix:@ and a name, of at most " + std::to_string(max_unix_path) +
           " bytes without NUL";
  if (is_activation_address(address))
    return "systemd: and a name of 1 to " + std::to_string(max_activation_name) + " ASCII characters without a colon";
  return "a numeric IPv4 or IPv6 address, such as 127.0.0.1 or ::1, or begin with unix: or systemd:";
}

void check_address(const std::string& address) {
  if (is_numeric_address(address) || parse_unix_address(address) || is_valid_activation_address(address)) return;
  refuse("address", address_rule(address), "\"" + safe_text(address, 80) + "\"");
}

std::string octal(unsigned number) {
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.begin(), digits.end(), number, 8).ptr;
  return "0" + std::string(digits.begin(), end);
}

}  // namespace

HealthServerOptions valid(HealthServerOptions options) {
  check_address(options.address);
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
  in_range("max_connection_age", options.max_connection_age, 100ms, 24h);
  if (options.unix_mode > max_unix_mode) refuse("unix_mode", "0 to 0777", octal(options.unix_mode));
  return options;
}

}  // namespace detail
}  // namespace vitals::inline v1
