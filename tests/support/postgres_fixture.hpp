#pragma once

#include <memory>

#include <gtest/gtest.h>

#include "support/postgres_server.hpp"

namespace vitals_test {

/// One PostgreSQL server for all tests of a suite, which are skipped if its programs aren't installed.
class PostgresFixture : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (PostgresServer::available()) server_ = std::make_unique<PostgresServer>();
  }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override {
    if (server_ == nullptr) GTEST_SKIP() << "no PostgreSQL server programs";
  }

  static inline std::unique_ptr<PostgresServer> server_;
};

}  // namespace vitals_test
