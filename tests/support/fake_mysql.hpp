#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "support/scripted_peer.hpp"

namespace vitals_test {

/// The server's side of the protocol of MySQL, for scripted peers
/// (https://mariadb.com/kb/en/clientserver-protocol/).
namespace fake_mysql {

inline std::string packet(char number, const std::string& payload) {
  std::string head;
  for (unsigned shift = 0; shift < 24; shift += 8) head += static_cast<char>((payload.size() >> shift) & 0xffU);
  return head + number + payload;
}

/// The number, and as many zeros as four bytes need.
inline std::string four_bytes(char number) { return number + std::string(3, '\0'); }

/// The first packet, which offers everything but TLS.
inline std::string greeting(const std::string& plugin = "mysql_native_password") {
  const std::string offers_low = "\xff\xf7";
  const std::string offers_high = "\x0f\x81";
  return packet(0, '\x0a' + std::string{"10.11.0-MariaDB"} + '\0' + four_bytes(7) + "12345678" + '\0' + offers_low +
                       '\x2d' + std::string{"\x02\x00", 2} + offers_high + '\x15' + std::string(10, '\0') +
                       "123456789012" + '\0' + plugin + '\0');
}

inline std::string ok(char number) { return packet(number, std::string{"\x00\x00\x00\x02\x00\x00\x00", 7}); }

inline std::string error(char number, unsigned code, const std::string& words) {
  return packet(
      number, '\xff' + std::string{static_cast<char>(code & 0xffU), static_cast<char>(code >> 8U)} + "#HY000" + words);
}

/// Asks the client to use another way to authenticate.
inline std::string switch_to(char number, const std::string& plugin) {
  return packet(number, '\xfe' + plugin + '\0' + "12345678901234567890" + '\0');
}

/// The beginning of an answer with so many columns.
inline std::string columns(char number, char count) { return packet(number, {count}); }

inline std::string column(char number) {
  const auto text = [](std::string_view value) { return static_cast<char>(value.size()) + std::string{value}; };
  return packet(number, text("def") + text("") + text("") + text("") + text("1") + text("") + '\x0c' +
                            std::string{"\x2d\x00\xff\x00\x00\x00\xfd\x00\x00\x00\x00\x00", 12});
}

inline std::string end_of_columns(char number) { return packet(number, std::string{"\xfe\x00\x00\x02\x00", 5}); }

/// A row of one column.
inline std::string row(char number, const std::string& value) {
  return packet(number, static_cast<char>(value.size()) + value);
}

/// What the client sends next, without its head; empty: it has closed.
inline std::string read_packet(const PeerSession& session) {
  const auto head = session.read(4);
  if (head.size() < 4) return {};
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(head[i])); };
  return session.read(byte(0) | byte(1) << 8U | byte(2) << 16U);
}

/// Lets anybody in, and reads the first two queries: the first one sets limits.
inline void let_in(const PeerSession& session) {
  session.send(greeting());
  (void)read_packet(session);
  session.send(ok(2));
  (void)read_packet(session);
  session.send(ok(1));
  (void)read_packet(session);
}

}  // namespace fake_mysql
}  // namespace vitals_test
