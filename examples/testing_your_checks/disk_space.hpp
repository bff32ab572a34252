#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include <vitals/vitals.hpp>

/// Fails when less than `min_free_gib` is free on the file system of `path`, and warns below twice that.
class DiskSpace {
 public:
  DiskSpace(std::filesystem::path path, std::uintmax_t min_free_gib)
      : path_{std::move(path)}, min_free_gib_{min_free_gib} {}

  vitals::CheckResult operator()() const {
    const auto free_gib = std::filesystem::space(path_).available >> 30;  // throws if there is no such path
    const auto message = std::to_string(free_gib) + " GiB free";
    auto result = vitals::CheckResult::pass(message);
    if (free_gib < 2 * min_free_gib_) result = vitals::CheckResult::warn(message);
    if (free_gib < min_free_gib_) result = vitals::CheckResult::fail(message);
    return result.with("free_gib", free_gib);
  }

 private:
  std::filesystem::path path_;
  std::uintmax_t min_free_gib_;
};
