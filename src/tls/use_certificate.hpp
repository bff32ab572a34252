#pragma once

#include <string>

#include "tls/openssl.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Lets a context prove who it is.
/// @param chain_file  More certificates; empty: none.
/// @throws std::system_error  naming the file that can't be used; std::bad_alloc
void use_certificate(SSL_CTX* context, const std::string& certificate_file, const std::string& key_file,
                     const std::string& chain_file = {});

}  // namespace detail
}  // namespace vitals::inline v1
