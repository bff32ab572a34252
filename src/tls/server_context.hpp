#pragma once

#include <vitals/tls.hpp>

#include "tls/openssl.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Reads the files, and sets what handshakes may agree on.
/// @throws std::system_error  naming the file; std::bad_alloc
[[nodiscard]] SslContext make_server_context(const TlsOptions& options);

}  // namespace detail
}  // namespace vitals::inline v1
