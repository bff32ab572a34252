// The macros come before everything, the standard library too, as in a program that includes Qt first.

// The order is what is tested.
// clang-format off
#include "hostile_macros.hpp"

#include <vitals/vitals.hpp>

#include "user_code.hpp"
// clang-format on
