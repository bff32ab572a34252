#pragma once

#include "server/lock_copy.hpp"
#include "server/socket_name.hpp"

namespace vitals::inline v1 {
namespace detail {

/// A child of fork() recognises its copies of a server's descriptors by these.
struct ListenTraces {
  SocketName name = {};
  LockCopy lock = {};
};

}  // namespace detail
}  // namespace vitals::inline v1
