#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vitals_test {

/// Returns the rule that `file` (relative to the top of the tree, as in "src/core/text.cpp") breaks by including
/// `included` (as written between the brackets or quotes); nothing if it breaks none.
std::optional<std::string> broken_include_rule(std::string_view file, std::string_view included);

}  // namespace vitals_test
