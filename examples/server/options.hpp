#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace notes {

struct Options {
  std::uint16_t port = 8000;
  std::uint16_t health_port = 8080;
  std::string database = "sqlite:notes.db";
  const char* database_from = "--database";  ///< Errors name this instead of the URL.
  std::string redis = {};                    ///< Empty: none.
  std::string upstream = {};                 ///< Empty: none.
  std::chrono::seconds startup{0};
  std::chrono::seconds drain{10};
  bool print_kubernetes = false;
  bool help = false;
  bool version = false;
};

/// An error in the command line or the environment, in words for the user. Never holds the value of an option, which
/// may be a URL with a password.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// @param database_url  From the environment; null if it isn't set. The command line overrides it.
/// @throws UsageError
Options parse_options(const std::vector<std::string>& arguments, const char* database_url);

extern const char* const usage;

}  // namespace notes
