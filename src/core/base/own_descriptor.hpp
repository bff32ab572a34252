#pragma once

#include <vitals/export.hpp>

namespace vitals::inline v1 {
namespace detail {

/// Lower numbers belong to the host's standard streams, even if it has closed them: a probe's connection must not
/// become the host's standard error and receive its log.
inline constexpr int first_own_descriptor = 3;

/// Moves a descriptor to a number of our own, close-on-exec.
/// @returns -1 with errno, e.g. EMFILE, on failure; `fd` is closed either way.
[[nodiscard]] VITALS_EXPORT int moved_to_own_number(int fd) noexcept;

/// Gives a new descriptor a number of our own. That costs a system call only if the host has closed a standard stream.
/// @param fd  Taken over. -1 is returned unchanged, with its errno.
/// @returns -1 with errno on failure.
[[nodiscard]] inline int own_descriptor(int fd) noexcept {
  return fd < 0 || fd >= first_own_descriptor ? fd : moved_to_own_number(fd);
}

}  // namespace detail
}  // namespace vitals::inline v1
