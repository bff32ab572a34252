#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <vitals/endpoint.hpp>
#include <vitals/registry.hpp>
#include <vitals/testing/manual_clock.hpp>

#include "core_random_findings.hpp"
#include "core_random_model.hpp"

namespace vitals::inline v1::test {

/// Probes a registry and one endpoint that is never replaced, and compares the answers with the reference.
class Questions {
 public:
  Questions(HealthRegistry& health, ManualClock clock, ReferenceModel& model, Findings& findings, Dice& dice);

  /// Compares report() of all probes.
  void ask_reports();
  /// Requests a random path. Sometimes also from a new endpoint: the old one must give the same answer, byte for byte.
  void ask_path(Dice& dice);
  /// Requests `/health/<name>` or the path below a probe.
  void ask_check(std::string_view name, Dice& dice);

 private:
  struct Path;
  static const std::vector<Path>& paths();

  void ask(const Path& path, bool compare);
  void compare_with_fresh(const Path& path, const HttpResponse& kept);
  void compare(const Report& actual, const Report::Data& expected);
  void compare(const CheckReport& actual, const CheckReport& expected);
  void compare_lines(const std::string& body, const Report::Data& expected);

  HealthRegistry& health_;
  ManualClock clock_;
  ReferenceModel& model_;
  Findings& findings_;
  Endpoint kept_;
  std::size_t first_path_;
  std::size_t used_paths_;  ///< Few, so that kept answers are often asked for again.
};

}  // namespace vitals::inline v1::test
