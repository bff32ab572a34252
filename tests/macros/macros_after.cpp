// The macros are defined after the public headers, before the code that uses them.

// The order is tested.
// clang-format off
#include "headers_of_vitals.hpp"
#include <boost/asio/io_context.hpp>

#include "hostile_macros.hpp"

#include "user_code.hpp"
#include "user_code_of_opt_ins.hpp"
// clang-format on
