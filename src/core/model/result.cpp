#include "core/model/result.hpp"

#include <new>
#include <utility>

namespace vitals::inline v1 {
namespace detail {

const SharedResult& out_of_memory() {
  static const SharedResult result = std::make_shared<const CheckResult>(CheckResult::fail("out of memory"));
  return result;
}

SharedResult shared_result(CheckResult&& result) noexcept {
  try {
    return std::make_shared<const CheckResult>(std::move(result));
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
}

SharedResult shared_failure(std::string_view message) noexcept {
  try {
    return std::make_shared<const CheckResult>(CheckResult::fail(message));
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
}

}  // namespace detail
}  // namespace vitals::inline v1
