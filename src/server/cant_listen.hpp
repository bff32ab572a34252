#pragma once

#include <string>

namespace vitals::inline v1 {
namespace detail {

/// @param name     Of the server, as server_name() gives it.
/// @param error    A value of errno.
/// @param because  What stands in the way, if `error` doesn't tell.
/// @throws std::system_error  "vitals: can't listen on NAME, BECAUSE: " and the error in words.
[[noreturn]] void cant_listen(const std::string& name, int error, const std::string& because = {});

}  // namespace detail
}  // namespace vitals::inline v1
