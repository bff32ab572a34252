#pragma once

#include <chrono>
#include <string>

#include "probe/arguments.hpp"

namespace vitals::inline v1 {
namespace detail {

struct ProbeAnswer {
  int status = 0;            ///< 0: there is no answer.
  std::string body = {};     ///< At most 64 KiB of all that came.
  std::string problem = {};  ///< Why there is no answer.

  [[nodiscard]] bool is_good() const noexcept { return status >= 200 && status < 300; }
};

/// Asks once.
[[nodiscard]] ProbeAnswer ask(const ProbeArguments& arguments);

}  // namespace detail
}  // namespace vitals::inline v1
