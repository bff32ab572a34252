#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vitals_test {

/// Says which rule it breaks that `file` (relative to the top of the tree, as in "src/core/text.cpp") includes
/// `included` (as written between the brackets or quotes); nothing if it may.
std::optional<std::string> broken_include_rule(std::string_view file, std::string_view included);

}  // namespace vitals_test
