#pragma once

#include <cstddef>
#include <string_view>

#include <gmock/gmock.h>

#include "server/head_scan.hpp"

namespace vitals_test {

using vitals::detail::HeadLimits;
using vitals::detail::HeadScan;
using vitals::detail::HeadVerdict;
using vitals::detail::Limit;
using Kind = HeadVerdict::Kind;

inline HeadVerdict scan(std::string_view bytes, const HeadLimits& limits = {}) {
  HeadScan head{limits};
  return head.resume(bytes);
}

/// The number of bytes after which the verdict is no longer "need more"; 0 if it stays so.
inline std::size_t decided_after(std::string_view bytes, const HeadLimits& limits = {}) {
  HeadScan head{limits};
  for (std::size_t size = 1; size <= bytes.size(); ++size)
    if (head.resume(bytes.substr(0, size)).kind != Kind::need_more) return size;
  return 0;
}

MATCHER(Completes, "") { return arg.kind == Kind::complete; }
MATCHER(NeedsMore, "") { return arg.kind == Kind::need_more; }

}  // namespace vitals_test
