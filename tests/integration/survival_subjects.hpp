#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <vitals/check.hpp>
#include <vitals/check_result.hpp>

#include "support/real_service.hpp"

namespace vitals_test {

/// A ready-made check of a real server.
struct SurvivalSubject {
  using Check = std::function<vitals::CheckResult(const vitals::CheckContext&)>;

  std::string name;
  /// The server's program; its tests are skipped if it isn't installed.
  std::string program;
  std::function<std::unique_ptr<RealService>()> start;
  /// A check of the server at "127.0.0.1:port".
  std::function<Check(const std::string& address)> check;
  /// What it says of an answer that is wrong.
  std::string wrong_answer = "unexpected answer of 127\\.0\\.0\\.1:";
  /// How many connections it keeps from run to run.
  std::size_t kept = 0;

  friend void PrintTo(const SurvivalSubject& subject, std::ostream* out) { *out << subject.name; }
};

std::vector<SurvivalSubject> survival_subjects();

}  // namespace vitals_test
