#include "tls/pem_file.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <vitals/error.hpp>

#include "core/base/own_descriptor.hpp"
#include "server/descriptor.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

constexpr std::size_t max_size = 1'048'576;

[[noreturn]] void cant_read(const std::string& path, int error) {
  throw std::system_error{error, std::system_category(), "vitals: tls: can't read " + path};
}

/// OpenSSL would ask for a passphrase on the terminal.
int no_passphrase(char*, int, int, void*) noexcept { return 0; }

bool is_at_end() noexcept {
  const auto error = ERR_peek_last_error();
  return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

}  // namespace

void refuse_certificate(const std::string& problem) {
  throw std::system_error{Errc::unusable_certificate, "vitals: tls: " + problem};
}

PemFile::PemFile(const std::string& path) : path_{path} {
  // A pipe without a writer must not block.
  const Descriptor file{own_descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK))};
  if (!file) cant_read(path, errno);
  struct stat state = {};
  if (::fstat(file.get(), &state) != 0) cant_read(path, errno);
  if (!S_ISREG(state.st_mode)) refuse_certificate(path + " isn't a regular file");
  if (static_cast<std::uintmax_t>(state.st_size) > max_size) refuse_certificate(path + " is longer than 1 MiB");
  text_.resize(static_cast<std::size_t>(state.st_size) + 1);  // one more: it may have grown
  std::size_t size = 0;
  for (ssize_t got = 1; got != 0; size += static_cast<std::size_t>(got)) {
    got = ::read(file.get(), text_.data() + size, text_.size() - size);
    if (got < 0) cant_read(path, errno);
  }
  text_.resize(size);
}

PemFile::~PemFile() { OPENSSL_cleanse(text_.data(), text_.capacity()); }

SslBio PemFile::reader() const { return owned<SslBio>(BIO_new_mem_buf(text_.data(), static_cast<int>(text_.size()))); }

std::vector<SslCertificate> PemFile::certificates() const {
  const SslErrors errors;
  const auto bio = reader();
  std::vector<SslCertificate> all;
  while (SslCertificate next{PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr)})
    all.push_back(std::move(next));
  if (!is_at_end()) refuse_certificate(path_ + " has a malformed certificate (" + SslErrors::text() + ")");
  if (all.empty()) refuse_certificate(path_ + " has no certificate in PEM");
  return all;
}

SslKey PemFile::key() const {
  const SslErrors errors;
  SslKey key{PEM_read_bio_PrivateKey(reader().get(), nullptr, no_passphrase, nullptr)};
  if (key) return key;
  if (text_.find("ENCRYPTED") != text_.npos) refuse_certificate(path_ + " has a passphrase, which can't be given");
  refuse_certificate(path_ + " has no private key in PEM (" + SslErrors::text() + ")");
}

}  // namespace detail
}  // namespace vitals::inline v1
