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
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENETDOWN:
    case ENETUNREACH:
#ifdef ENONET
    case ENONET:
#endif
      return AcceptStep::again;
    default: return AcceptStep::back_off;  // EMFILE, ENFILE, ENOBUFS, ENOMEM, EPERM of a filter, and all others
  }
}

/// What follows one call of accept() after the other. An error that should be over at the next call but comes again and
/// again makes it back off, too: so none can burn a core.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class AcceptSteps {
 public:
  /// Errors in a row that may pass by themselves.
  static constexpr int most_transient = 64;

  [[nodiscard]] constexpr AcceptStep after(int error) noexcept {
    const auto step = after_accept(error);
    transient_ = error != 0 && step == AcceptStep::again ? transient_ + 1 : 0;
    if (transient_ < most_transient) return step;
    transient_ = 0;
    return AcceptStep::back_off;
  }

 private:
  int transient_ = 0;  ///< Errors since the last call without one.
};

}  // namespace detail
}  // namespace vitals::inline v1
