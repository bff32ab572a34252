// A server's certificate that is replaced while it runs.

#include "tls/tls_files.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/error.hpp>

#include "unit/tls/tls_fixture.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using vitals::detail::TlsFiles;

class TlsFilesTest : public TlsTest {
 protected:
  /// The common name of the certificate for a handshake that begins so long after the start.
  std::string name_after(std::chrono::milliseconds time) {
    log_line.clear();
    const auto* const certificate = SSL_CTX_get0_certificate(files->context(vitals::SteadyTime{1h} + time, log_line));
    std::string name(64, '\0');
    const int size = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(), 64);
    name.resize(static_cast<std::size_t>(size));
    return name;
  }

  std::optional<TlsFiles> files{options()};
  std::string log_line;
};

TEST_F(TlsFilesTest, AreReadAgainAfterAChange) {
  EXPECT_EQ(name_after(0s), "first");
  issue("second");

  EXPECT_EQ(name_after(999ms), "first");
  EXPECT_EQ(name_after(1s), "second");
  EXPECT_THAT(log_line, IsEmpty());
}

// As Kubernetes replaces the files of a secret: tls.crt is a link to ..data/tls.crt, and ..data a link to a folder.
TEST_F(TlsFilesTest, AreReadAgainBehindALinkThatIsReplaced) {
  const fs::path root = folder() / "secret";
  fs::create_directories(root / "..one");
  fs::create_directories(root / "..two");
  write(root / "..one", "one");
  write(root / "..two", "two");
  fs::create_directory_symlink("..one", root / "..data");
  fs::create_symlink("..data/tls.crt", root / "tls.crt");
  fs::create_symlink("..data/tls.key", root / "tls.key");
  files.emplace(vitals::TlsOptions{.certificate_file = root / "tls.crt", .key_file = root / "tls.key"});
  EXPECT_EQ(name_after(0s), "one");

  fs::create_directory_symlink("..two", root / "..data_tmp");
  fs::rename(root / "..data_tmp", root / "..data");

  EXPECT_EQ(name_after(1s), "two");
}

TEST_F(TlsFilesTest, AreKeptWhileTheKeyDoesNotFitAndThatIsSaidOnce) {
  EXPECT_EQ(name_after(0s), "first");
  const auto old_key = read(options().key_file);
  issue("second");
  const auto new_key = read(options().key_file);
  write_file(options().key_file, old_key);

  EXPECT_EQ(name_after(1s), "first");
  EXPECT_THAT(log_line, HasSubstr(options().key_file + " isn't the key of " + options().certificate_file));
  EXPECT_THAT(log_line, HasSubstr("the certificate before it stays in use"));
  EXPECT_EQ(name_after(2s), "first");
  EXPECT_THAT(log_line, IsEmpty());

  write_file(options().key_file, new_key);
  EXPECT_EQ(name_after(3s), "second");
  EXPECT_THAT(log_line, IsEmpty());
}

TEST_F(TlsFilesTest, AreKeptWhenTheyAreGoneOrBroken) {
  EXPECT_EQ(name_after(0s), "first");
  fs::remove(options().certificate_file);
  EXPECT_EQ(name_after(1s), "first");
  EXPECT_THAT(log_line, HasSubstr("can't read " + options().certificate_file + ": No such file or directory"));

  write_file(options().certificate_file, "-----BEGIN CERTIFICATE-----\nnothing\n-----END CERTIFICATE-----\n");
  EXPECT_EQ(name_after(2s), "first");
  EXPECT_THAT(log_line, HasSubstr(options().certificate_file + " has a malformed certificate"));
  EXPECT_EQ(name_after(3s), "first");
  EXPECT_THAT(log_line, IsEmpty());
}

/// What the constructor says about these options.
std::string refusal(const vitals::TlsOptions& options) {
  try {
    const TlsFiles files{options};
    return "no refusal";
  } catch (const std::system_error& error) {
    return error.what();
  }
}

TEST_F(TlsFilesTest, AreRefusedByName) {
  auto bad = options();
  bad.certificate_file = folder() / "missing.crt";
  EXPECT_EQ(refusal(bad), "vitals: tls: can't read " + bad.certificate_file + ": No such file or directory");

  bad = options();
  bad.key_file = folder();
  EXPECT_THAT(refusal(bad), HasSubstr(bad.key_file + " isn't a regular file: unusable certificate or key"));

  bad.key_file = options().certificate_file;
  EXPECT_THAT(refusal(bad), HasSubstr(bad.key_file + " has no private key in PEM"));

  bad = options();
  bad.certificate_file = options().key_file;
  EXPECT_THAT(refusal(bad), HasSubstr(bad.certificate_file + " has no certificate in PEM"));
}

TEST_F(TlsFilesTest, MayNotBeHuge) {
  auto huge = options();
  huge.certificate_file = folder() / "huge.crt";
  write_file(huge.certificate_file, std::string(1'048'577, '\n'));

  EXPECT_THAT(refusal(huge), HasSubstr("huge.crt is longer than 1 MiB"));
}

TEST_F(TlsFilesTest, MayNotHaveAPassphrase) {
  auto locked = options();
  locked.key_file = folder() / "locked.key";
  const auto key = vitals::detail::owned<vitals::detail::SslKey>(EVP_EC_gen("P-256"));
  const auto file = vitals::detail::owned<vitals::detail::SslBio>(BIO_new_file(locked.key_file.c_str(), "w"));
  ASSERT_EQ(PEM_write_bio_PrivateKey(file.get(), key.get(), EVP_aes_128_cbc(),
                                     reinterpret_cast<const unsigned char*>("word"), 4, nullptr, nullptr),
            1);
  ASSERT_EQ(BIO_flush(file.get()), 1);

  EXPECT_THAT(refusal(locked), HasSubstr("locked.key has a passphrase, which can't be given"));
}

TEST_F(TlsFilesTest, HaveErrorsOfTheirOwn) {
  auto bad = options();
  bad.key_file = options().certificate_file;
  try {
    const TlsFiles files_of_another{bad};
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), vitals::Errc::unusable_certificate);
  }
}

}  // namespace
}  // namespace vitals_test
