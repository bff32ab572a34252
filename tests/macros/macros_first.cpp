// The macros are defined before everything, even the standard library, as in a program that includes Qt first.

// The order is tested.
// clang-format off
#include "hostile_macros.hpp"

#include <vitals/vitals.hpp>

#include "user_code.hpp"
// clang-format on
