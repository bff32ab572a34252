#include <cstring>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "server/input_buffer.hpp"

namespace {

using vitals::detail::InputBuffer;

/// Puts in as much of `bytes` as there is space for at once.
std::size_t fill(InputBuffer& buffer, std::string_view bytes) {
  const auto space = buffer.space();
  const auto size = std::min(space.size, bytes.size());
  std::memcpy(space.data, bytes.data(), size);
  buffer.commit(size);
  return size;
}

TEST(InputBufferTest, GivesBackWhatWasPutInAndNotConsumed) {
  InputBuffer buffer{1024};

  fill(buffer, "first");
  buffer.consume(2);
  fill(buffer, "second");

  EXPECT_EQ(buffer.pending(), "rstsecond");
}

TEST(InputBufferTest, GrowsToItsLimitAndNoFurther) {
  InputBuffer buffer{5000};
  const std::string bytes(6000, 'x');

  std::size_t filled = 0;
  while (const auto size = fill(buffer, std::string_view{bytes}.substr(filled))) filled += size;

  EXPECT_EQ(filled, 5000U);
  EXPECT_EQ(buffer.pending(), bytes.substr(0, 5000));
}

TEST(InputBufferTest, HasItsWholeLimitAgainForWhatFollows) {
  InputBuffer buffer{256};
  fill(buffer, std::string(256, 'a'));

  buffer.consume(256);

  EXPECT_EQ(buffer.space().size, 256U);
}

}  // namespace
