#pragma once

#include <array>
#include <optional>
#include <string>

#include <vitals/clock.hpp>
#include <vitals/tls.hpp>

#include "tls/file_mark.hpp"
#include "tls/openssl.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The server's certificate, as long as its files are what they are.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class TlsFiles {
 public:
  /// Reads them.
  /// @throws std::system_error  naming the file.
  explicit TlsFiles(TlsOptions options);

  /// For the next handshake. Looks whether a file has changed, at most once a second, and reads all if one has.
  /// @param log_line  Then says why the new ones can't be used, once per change; the old ones remain in use.
  [[nodiscard]] SSL_CTX* context(SteadyTime now, std::string& log_line);

 private:
  using Marks = std::array<FileMark, 4>;

  [[nodiscard]] Marks marks() const noexcept;

  const TlsOptions options_;
  Marks used_;        ///< Of the files in `context_`.
  Marks tried_ = {};  ///< Of those that were read last.
  std::string problem_ = {};
  std::optional<SteadyTime> checked_at_ = {};
  SslContext context_;
};

}  // namespace detail
}  // namespace vitals::inline v1
