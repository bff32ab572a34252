#include <cstdint>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "core_random_world.hpp"
#include "support/machine.hpp"

namespace {

using vitals::test::RandomWorld;

constexpr std::uint64_t shards = 20;

/// A number from the environment, or else the default.
std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// The number of seeds of all shards together.
std::uint64_t seeds() { return number_from("VITALS_SEEDS", vitals_test::sanitized ? 1'000 : 10'000); }

/// The seed and its steps if the registry and the reference differ.
std::string difference(std::uint64_t seed) {
  RandomWorld world{seed};
  world.run();
  if (!world.findings().difference()) return {};
  auto text = "seed " + std::to_string(seed) + ":\n";
  for (const auto& step : world.findings().steps()) text += "  " + step + '\n';
  return text + "then " + *world.findings().difference();
}

/// A registry and a reference take the same random steps, and must report the same after each.
///
/// In the environment of this program, VITALS_SEEDS=1000000 tries more seeds, and VITALS_SEED=42 only that one. The
/// jitter of the schedules doesn't depend on the seed: if a seed fails only sometimes, use --gtest_repeat.
class RandomTest : public testing::TestWithParam<std::uint64_t> {};

TEST_P(RandomTest, SaysWhatTheReferenceSays) {
  const auto one = number_from("VITALS_SEED", 0);
  if (one != 0 && GetParam() != 0) GTEST_SKIP() << "the first shard tries the one seed";
  const auto first = one != 0 ? one : GetParam() + 1;
  const auto last = one != 0 ? one : seeds();
  for (auto seed = first; seed <= last && !HasFailure(); seed += shards)
    if (const auto text = difference(seed); !text.empty()) ADD_FAILURE() << text;
}

INSTANTIATE_TEST_SUITE_P(Shards, RandomTest, testing::Range<std::uint64_t>(0, shards));

}  // namespace
