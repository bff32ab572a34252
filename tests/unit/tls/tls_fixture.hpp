#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include <vitals/tls.hpp>

#include "support/program.hpp"
#include "support/test_certificates.hpp"

namespace vitals_test {

/// The files of a server's certificate, "first", in a temporary folder.
class TlsTest : public testing::Test {
 protected:
  TlsTest() { issue("first"); }

  /// Replaces the certificate and its key.
  void issue(const std::string& name) const { write(folder(), name); }
  void write(const std::filesystem::path& where, const std::string& name) const {
    authority_.issue({.common_name = name}).write_to(where);
  }
  static void write_file(const std::filesystem::path& path, const std::string& text) { std::ofstream{path} << text; }
  static std::string read(const std::filesystem::path& path) {
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
  }

  [[nodiscard]] const TestAuthority& authority() const noexcept { return authority_; }
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_.path(); }
  [[nodiscard]] vitals::TlsOptions options() const {
    return {.certificate_file = folder() / "tls.crt", .key_file = folder() / "tls.key"};
  }

 private:
  const TemporaryFolder folder_;
  const TestAuthority authority_;
};

}  // namespace vitals_test
