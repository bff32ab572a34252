// One TLS connection of a server against a client of OpenSSL, step by step.

#include "tls/tls_transport.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/tls_pair.hpp"
#include "unit/tls/tls_fixture.hpp"

namespace vitals_test {
namespace {

using testing::IsEmpty;
using testing::StartsWith;
using vitals::detail::Interest;
using vitals::detail::TlsTransport;

class TlsTransportTest : public TlsTest {
 protected:
  void SetUp() override {
    pair.emplace(shared);
    ASSERT_EQ(pair->shake_hands().state, vitals::detail::Handshake::State::done);
    ASSERT_EQ(SSL_is_init_finished(pair->client()), 1);
  }
  /// Adds what comes to `bytes`.
  vitals::detail::Transfer receive() {
    std::array<char, 256> buffer;
    const auto came = pair->transport().receive(buffer.data(), buffer.size());
    bytes.append(buffer.data(), came.size);
    return came;
  }

  vitals::detail::TlsShared shared{options()};
  std::optional<TlsPair> pair;
  std::string bytes;
};

TEST_F(TlsTransportTest, KnowsThatTheSocketIsDrainedWithoutAskingAgain) {
  pair->send("hello");

  const auto came = receive();

  EXPECT_EQ(bytes, "hello");
  EXPECT_TRUE(came.drained);
  EXPECT_FALSE(came.over);
}

TEST_F(TlsTransportTest, IsNotDrainedWhileItHoldsBytes) {
  pair->send(std::string(300, 'x'));

  EXPECT_FALSE(receive().drained);
  EXPECT_TRUE(pair->transport().has_input());
  EXPECT_TRUE(receive().drained);

  EXPECT_EQ(bytes, std::string(300, 'x'));
  EXPECT_FALSE(pair->transport().has_input());
}

TEST_F(TlsTransportTest, WaitsForTheRestOfARecord) {
  const auto record = pair->record_of("hello");
  ASSERT_EQ(::send(pair->client_fd(), record.data(), 10, 0), 10);

  const auto came = receive();
  EXPECT_TRUE(came.drained);
  EXPECT_EQ(came.size, 0U);
  EXPECT_EQ(came.interest, Interest::input);

  const auto rest = static_cast<ssize_t>(record.size() - 10);
  ASSERT_EQ(::send(pair->client_fd(), record.data() + 10, record.size() - 10, 0), rest);
  (void)receive();
  EXPECT_EQ(bytes, "hello");
}

// A peer that sends a part of a record must not keep its place for longer than one that sends nothing.
TEST_F(TlsTransportTest, HasNoInputWhileARecordIsIncomplete) {
  const std::string_view begun = "\x17\x03\x03\x00\x20half";
  ASSERT_EQ(::send(pair->client_fd(), begun.data(), 9, 0), 9);
  EXPECT_TRUE(pair->transport().has_input());

  EXPECT_TRUE(receive().drained);

  EXPECT_FALSE(pair->transport().has_input());
}

TEST_F(TlsTransportTest, ReadsAllSmallRecords) {
  for (int i = 0; i < 100; ++i) pair->send("x");

  for (int i = 0; i < 99; ++i) ASSERT_FALSE(receive().drained) << i;

  EXPECT_TRUE(receive().drained);
  EXPECT_EQ(bytes.size(), 100U);
}

TEST_F(TlsTransportTest, ReadsPastRecordsWithoutData) {
  pair->update_keys(1);
  pair->send("hello");

  EXPECT_TRUE(receive().drained);

  EXPECT_EQ(bytes, "hello");
}

// A record of 16 KiB takes more reads than one turn has.
TEST_F(TlsTransportTest, LetsOthersReadDuringALongRecord) {
  pair->send(std::string(16'384, 'x'));

  EXPECT_TRUE(receive().must_yield);
  while (!receive().drained) continue;

  EXPECT_EQ(bytes, std::string(16'384, 'x'));
}

TEST_F(TlsTransportTest, EndsAfterManyKeyUpdatesHoweverTheyCome) {
  for (int i = 0; i < TlsTransport::most_messages; ++i) {
    pair->update_keys(1, SSL_KEY_UPDATE_NOT_REQUESTED);
    pair->send("x");
    while (!receive().drained) continue;
  }
  EXPECT_EQ(bytes.size(), static_cast<std::size_t>(TlsTransport::most_messages));

  pair->update_keys(1, SSL_KEY_UPDATE_NOT_REQUESTED);
  pair->send("x");

  EXPECT_TRUE(receive().over || receive().over);
}

TEST_F(TlsTransportTest, EndsAFloodOfKeyUpdates) {
  pair->update_keys(1000, SSL_KEY_UPDATE_NOT_REQUESTED);

  EXPECT_TRUE(receive().over);
}

// A key update is answered with another one, before the next record is read.
TEST_F(TlsTransportTest, WaitsForRoomWhenReadingMustWrite) {
  const auto junk = pair->block_output();
  pair->update_keys(3);

  const auto came = receive();
  EXPECT_TRUE(came.drained);
  EXPECT_EQ(came.interest, Interest::output);
  pair->send("more");
  EXPECT_FALSE(pair->transport().has_input());  // its peer must read first

  pair->unblock_output(junk);
  pair->send("hello");
  while (!receive().drained) continue;
  EXPECT_EQ(bytes, "morehello");
  EXPECT_EQ(pair->transport().send("world").size, 5U);
  EXPECT_EQ(pair->received(), "world");
}

TEST_F(TlsTransportTest, GoesOnWithWhatIsLeftFromAnotherPlaceInMemory) {
  const std::string body(4'000'000, 'b');
  auto went = pair->transport().send(body);
  ASSERT_LT(went.size, body.size());
  EXPECT_TRUE(went.drained);
  EXPECT_EQ(went.interest, Interest::output);

  std::string received;
  for (auto sent = went.size; sent < body.size(); sent += went.size) {
    received += pair->received();
    const std::string moved = body.substr(sent);
    went = pair->transport().send(moved);
    ASSERT_FALSE(went.over);
  }

  received += pair->received();
  EXPECT_EQ(received.size(), body.size());
  EXPECT_TRUE(received == body);
}

// The default action of SIGPIPE would end this process.
TEST_F(TlsTransportTest, IsOverWhenItsPeerIsGone) {
  pair->close_client();

  (void)pair->transport().send("a");
  const auto went = pair->transport().send("b");

  EXPECT_TRUE(went.over);
  EXPECT_TRUE(receive().over);
}

TEST_F(TlsTransportTest, NeitherReadsNorLeavesErrorsOfTheApplication) {
  ERR_raise(ERR_LIB_USER, 1);
  pair->send("hello");
  EXPECT_FALSE(receive().over);
  ERR_raise(ERR_LIB_USER, 1);
  EXPECT_EQ(pair->transport().send("world").size, 5U);
  ASSERT_EQ(::send(pair->client_fd(), "garbage", 7, 0), 7);

  EXPECT_TRUE(receive().over);

  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST_F(TlsTransportTest, SaysThatNoMoreWillComeAndReadsOn) {
  EXPECT_TRUE(pair->transport().end_output());

  EXPECT_THAT(pair->received(), IsEmpty());
  EXPECT_TRUE(pair->client_is_told_the_end());
  pair->send("more");
  (void)receive();
  EXPECT_EQ(bytes, "more");
}

TEST_F(TlsTransportTest, SaysSoWhenItIsDestroyed) {
  pair->close_transport();

  EXPECT_THAT(pair->received(), IsEmpty());
  EXPECT_TRUE(pair->client_is_told_the_end());
}

TEST_F(TlsTransportTest, IsOverWhenThePeerSaysThatNoMoreWillCome) {
  pair->send("last");
  (void)SSL_shutdown(pair->client());

  EXPECT_FALSE(receive().over);
  EXPECT_TRUE(receive().over);

  EXPECT_EQ(bytes, "last");
}

TEST_F(TlsTransportTest, IsOverWhenAByteIsWrong) {
  ASSERT_EQ(::send(pair->client_fd(), "\x17\x03\x03\x00\x11 0123456789abcdefgh", 23, 0), 23);

  EXPECT_TRUE(receive().over);
}

}  // namespace
}  // namespace vitals_test
