#pragma once

#include <string>

namespace vitals::inline v1 {
namespace detail {

/// @param name     The server's, from server_name().
/// @param error    A value of errno.
/// @param because  The reason, if `error` alone doesn't explain it.
/// @throws std::system_error  "vitals: can't listen on NAME, BECAUSE: " and the error's message.
[[noreturn]] void cant_listen(const std::string& name, int error, const std::string& because = {});

}  // namespace detail
}  // namespace vitals::inline v1
