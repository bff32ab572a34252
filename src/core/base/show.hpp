#pragma once

#include <iosfwd>
#include <string_view>
#include <vector>

#include <vitals/check_result.hpp>

namespace vitals::inline v1 {
namespace detail {

/// What results and reports have in common, as in `fail "connection refused" {port: 5432}`.
std::ostream& show(std::ostream& out, Status status, std::string_view message, const std::vector<Datum>& data);

}  // namespace detail
}  // namespace vitals::inline v1
