#pragma once

#include <memory>

#include <vitals/check.hpp>

#include "core/work/entry.hpp"

namespace vitals::inline v1 {
namespace detail {

/// A call of a check: what the calling thread needs without the lock.
struct Call {
  std::shared_ptr<Entry> entry = nullptr;
  std::shared_ptr<CheckBody> body = nullptr;
  std::shared_ptr<Run> run = nullptr;
  SteadyTime deadline = {};
  SharedResult result = nullptr;            ///< Null if the check is asynchronous.
  std::shared_ptr<Run> next_run = nullptr;  ///< For the call after this one.
};

}  // namespace detail
}  // namespace vitals::inline v1
