#pragma once

#include <cerrno>

namespace vitals::inline v1 {
namespace detail {

/// What to do after a call of accept(). No error ends the listener: the kubelet kills a process whose probe gets no
/// answer.
enum class AcceptStep {
  again,     ///< It returned a connection, or the error of one: there may be more.
  wait,      ///< No connection is pending.
  back_off,  ///< The process or the machine lacks a resource. Trying again at once would burn a core.
};

/// @param error  errno after accept(), 0 for success.
[[nodiscard]] constexpr AcceptStep after_accept(int error) noexcept {
  if (error == EAGAIN || error == EWOULDBLOCK) return AcceptStep::wait;
  switch (error) {
    case 0:
    case EINTR:
    // Linux returns pending errors of the new connection from accept(); see accept(2).
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
    default: return AcceptStep::back_off;  // EMFILE, ENFILE, ENOBUFS, ENOMEM, EPERM from a filter, and others
  }
}

/// The steps after successive calls of accept(). It also backs off if a supposedly transient error keeps coming, so
/// that no error can burn a core.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class AcceptSteps {
 public:
  /// Transient errors in a row before it backs off.
  static constexpr int most_transient = 64;

  [[nodiscard]] constexpr AcceptStep after(int error) noexcept {
    const auto step = after_accept(error);
    transient_ = error != 0 && step == AcceptStep::again ? transient_ + 1 : 0;
    if (transient_ < most_transient) return step;
    transient_ = 0;
    return AcceptStep::back_off;
  }

 private:
  int transient_ = 0;  ///< Transient errors in a row.
};

}  // namespace detail
}  // namespace vitals::inline v1
