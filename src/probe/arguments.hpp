#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

namespace vitals::inline v1 {
namespace detail {

/// Where to ask.
struct ProbeTarget {
  std::string host = {};     ///< For the Host header: as in the URL, with its port.
  std::string address = {};  ///< Numeric, or "localhost"; empty: a UNIX socket.
  std::string port = {};
  std::string unix_path = {};  ///< "@" begins an abstract name.
  std::string path = "/";      ///< With the query.
};

struct ProbeArguments {
  ProbeTarget target = {};
  std::string headers = {};  ///< Lines, each with its end.
  std::chrono::milliseconds timeout{2000};
  std::chrono::milliseconds retry_until{0};
  bool verbose = false;
  bool help = false;
  /// What is wrong; the rest is undefined then.
  std::string error = {};
};

extern const char* const probe_usage;

[[nodiscard]] ProbeArguments parse_probe_arguments(std::span<const char* const> arguments,
                                                   std::string_view default_url);

}  // namespace detail
}  // namespace vitals::inline v1
