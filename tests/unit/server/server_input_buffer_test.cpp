#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "server/input_buffer.hpp"

namespace {

using vitals::detail::InputBuffer;

/// Copies in as many of `bytes` as there is space for.
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

TEST(InputBufferTest, HoldsTheUsualProbeItself) {
  InputBuffer buffer{8192};

  const auto* const place = buffer.space().data;
  fill(buffer, std::string(255, 'x'));
  const auto* const self = reinterpret_cast<const char*>(&buffer);

  EXPECT_EQ(buffer.pending().data(), place);
  EXPECT_TRUE(place >= self && place < self + sizeof(buffer));
  EXPECT_LE(sizeof(buffer), 288U);
}

TEST(InputBufferTest, HasSpaceAtEveryLimitAndAnyConsumption) {
  for (const std::uint32_t limit : {1U, 255U, 256U, 257U, 511U, 513U, 8192U}) {
    InputBuffer buffer{limit};
    const std::string bytes(limit, 'x');
    while (buffer.pending().size() < limit)
      ASSERT_NE(fill(buffer, std::string_view{bytes}.substr(buffer.pending().size())), 0U) << limit;
    ASSERT_EQ(buffer.space().size, 0U) << limit;

    buffer.consume(1);

    EXPECT_EQ(buffer.space().size, 1U) << limit;
    EXPECT_EQ(buffer.pending(), bytes.substr(1)) << limit;
  }
}

TEST(InputBufferTest, KeepsTheOrderOfItsBytesWhereItGrows) {
  InputBuffer buffer{1024};
  std::string bytes;
  for (int i = 0; i < 600; ++i) bytes += static_cast<char>('a' + i % 26);

  for (std::size_t filled = 0; filled < bytes.size();) filled += fill(buffer, std::string_view{bytes}.substr(filled));

  EXPECT_EQ(buffer.pending(), bytes);
}

TEST(InputBufferTest, ForgetsItsBytes) {
  InputBuffer buffer{1024};
  fill(buffer, "bytes");

  buffer.clear();
  fill(buffer, "new");

  EXPECT_EQ(buffer.pending(), "new");
}

TEST(InputBufferTest, GivesBackWhatItHasGrownByIfThatIsMuch) {
  InputBuffer buffer{8192};
  const auto* const own = buffer.space().data;
  for (int i = 0; i < 1025; ++i) fill(buffer, "x");
  buffer.consume(1025);

  buffer.trim();

  EXPECT_EQ(buffer.pending(), "");
  EXPECT_EQ(buffer.space().data, own);
}

TEST(InputBufferTest, KeepsWhatItHasGrownByIfThatIsLittle) {
  InputBuffer buffer{8192};
  const auto* const own = buffer.space().data;
  for (int i = 0; i < 1024; ++i) fill(buffer, "x");
  buffer.consume(1024);

  buffer.trim();

  EXPECT_NE(buffer.space().data, own);
}

}  // namespace
