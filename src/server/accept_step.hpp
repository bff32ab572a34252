#pragma once

#include <cerrno>

namespace vitals::inline v1 {
namespace detail {

/// What follows a call of accept(). None of them ends the listener: a probe that is no longer answered gets the process
/// killed.
enum class AcceptStep {
  again,     ///< It gave a connection, or one that failed by itself: there may be more.
  wait,      ///< Nobody is there.
  back_off,  ///< The process or the machine lacks something. Trying again at once would burn a core.
};

/// @param error  errno after accept(), 0 for success.
[[nodiscard]] constexpr AcceptStep after_accept(int error) noexcept {
  if (error == EAGAIN || error == EWOULDBLOCK) return AcceptStep::wait;
  switch (error) {
    case 0:
    case EINTR:
    // Errors of the connection that was accepted, which Linux hands to the caller of accept(); see accept(2).
    case ECONNABORTED:
    case EPROTO:
    case ENOPROTOOPT:
    case EOPNOTSUPP:
    case EPERM:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENETDOWN:
    case ENETUNREACH:
#ifdef ENONET
    case ENONET:
#endif
      return AcceptStep::again;
    default: return AcceptStep::back_off;  // EMFILE, ENFILE, ENOBUFS, ENOMEM, and what nobody foresaw
  }
}

}  // namespace detail
}  // namespace vitals::inline v1
