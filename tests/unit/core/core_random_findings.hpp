#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vitals::inline v1::test {

/// Random numbers that depend only on the seed: the same on every machine.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_{mixed(seed)} {}

  /// A number from 0 to sides - 1.
  std::size_t roll(std::size_t sides) { return static_cast<std::size_t>(mixed(state_++) % sides); }
  bool chance(std::size_t percent) { return roll(100) < percent; }
  template <class T>
  T one_of(std::initializer_list<T> values) {
    return *std::next(values.begin(), static_cast<std::ptrdiff_t>(roll(values.size())));
  }

 private:
  /// splitmix64: https://prng.di.unimi.it/splitmix64.c
  static std::uint64_t mixed(std::uint64_t bits) {
    bits *= 0x9E3779B97F4A7C15U;
    bits = (bits ^ (bits >> 30U)) * 0xBF58476D1CE4E5B9U;
    bits = (bits ^ (bits >> 27U)) * 0x94D049BB133111EBU;
    return bits ^ (bits >> 31U);
  }

  std::uint64_t state_;
};

/// The steps taken from a seed so far, and the first difference between the registry and its reference.
class Findings {
 public:
  void note(std::string step) { steps_.push_back(std::move(step)); }

  /// Calls `words` only if `holds` is false.
  template <class Words>
  void expect(bool holds, Words&& words) {
    if (!holds && !difference_) difference_ = words();
  }

  [[nodiscard]] const std::vector<std::string>& steps() const noexcept { return steps_; }
  [[nodiscard]] const std::optional<std::string>& difference() const noexcept { return difference_; }

 private:
  std::vector<std::string> steps_;
  std::optional<std::string> difference_;
};

}  // namespace vitals::inline v1::test
