#pragma once

#include <vitals/export.hpp>

namespace vitals::inline v1 {
namespace detail {

/// The numbers before it are those of the standard streams. They are the host's, also while it has closed them: if a
/// probe's connection were its standard error, it would log into it.
inline constexpr int first_own_descriptor = 3;

/// Duplicates a descriptor to a number of our own, close-on-exec, and closes it.
/// @returns -1 with errno, e.g. EMFILE, if that can't be; it is closed all the same.
[[nodiscard]] VITALS_EXPORT int moved_to_own_number(int fd) noexcept;

/// What a system call has given, under a number of our own. Without a system call, but for a host that has closed its
/// standard streams.
/// @param fd  Taken over. -1 is given back as it is, and errno with it.
/// @returns -1 with errno if it can't have such a number.
[[nodiscard]] inline int own_descriptor(int fd) noexcept {
  return fd < 0 || fd >= first_own_descriptor ? fd : moved_to_own_number(fd);
}

}  // namespace detail
}  // namespace vitals::inline v1
