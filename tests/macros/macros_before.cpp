// The macros are defined before every public header. Not all other libraries work with them, and the standard library
// undefines min and max, so their headers come first.

// The order is tested.
// clang-format off
#include "headers_of_others.hpp"
#include <boost/asio/io_context.hpp>

#include "hostile_macros.hpp"

#include "headers_of_vitals.hpp"

#include "user_code.hpp"
#include "user_code_of_opt_ins.hpp"
// clang-format on

#if !defined(min) || !defined(signals)
#error "the macros are gone: nothing was tested"
#endif
