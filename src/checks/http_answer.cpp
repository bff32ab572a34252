#include "checks/http_answer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

namespace vitals::inline v1 {
namespace detail {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t most_body = 65536;
constexpr std::uint32_t most_head = 16 * 1024;
constexpr std::size_t most_quoted = 65;  // more than quoted() shows
/// Of all bytes, framing included: an answer may come in tiny chunks, or after others with status 103.
constexpr std::size_t most_bytes = 1048576;

class Reader {
 public:
  Reader(const Connected& connection, HttpReading reading, const RunLimit& limit)
      : connection_{connection}, reading_{reading}, limit_{limit} {
    begin();
  }

  [[nodiscard]] HttpAnswer read() {
    HttpAnswer answer;
    answer.peer = connection_.peer;
    answer.problem = read_all();
    answer.status = static_cast<int>(parser_->get().result_int());
    const auto location = parser_->get()[http::field::location];  // std::string_view only from Boost 1.81 on
    answer.location.assign(location.data(), location.size());
    answer.body = std::move(body_);
    return answer;
  }

 private:
  void begin() {
    parser_.emplace();
    parser_->eager(true);
    parser_->header_limit(most_head);
    parser_->body_limit(boost::none);
    parser_->skip(reading_.is_to_head);
  }

  /// @returns What is wrong; empty if nothing is.
  [[nodiscard]] std::string read_all() {
    for (std::size_t bytes = 0; bytes < most_bytes;) {
      const auto unparsed = input_.size();
      const auto [event, problem] = receive_some(connection_, input_, most_bytes - bytes, limit_);
      if (event == Received::Event::end) return problem_at_end();
      if (event != Received::Event::bytes) return problem + (first_.empty() ? "" : ", but a part of it" + status());
      bytes += input_.size() - unparsed;
      if (first_.size() < most_quoted) first_ += input_.substr(unparsed, most_quoted - first_.size());
      if (!begins_as_http()) return not_http();
      if (auto refusal = parse(); !refusal.empty()) return refusal;
      if (is_over()) return {};
    }
    return connection_.peer + " sends an endless answer";
  }

  /// Otherwise the parser would wait for the end of a head.
  [[nodiscard]] bool begins_as_http() const {
    constexpr std::string_view http = "HTTP/";
    return first_.starts_with(http.substr(0, first_.size()));
  }

  [[nodiscard]] std::string status() const {
    return parser_->is_header_done() ? " (status " + std::to_string(parser_->get().result_int()) + ')' : std::string{};
  }

  [[nodiscard]] bool is_over() const { return parser_->is_done() || body_.size() == most_body; }

  /// Takes what it can of the input.
  /// @returns What is wrong; empty if nothing is.
  [[nodiscard]] std::string parse() try {
    while (!input_.empty() && !is_over()) {
      std::array<char, 4096> piece{};
      auto& body = parser_->get().body();
      const auto room = std::min(piece.size(), most_body - body_.size());
      body.data = piece.data();
      body.size = room;
      boost::beast::error_code error;
      const auto used = parser_->put(boost::asio::buffer(input_), error);
      input_.erase(0, used);
      body_.append(piece.data(), room - body.size);
      if (error == http::error::need_more || (!error && used == 0)) return {};
      if (error == http::error::header_limit) return connection_.peer + " answers with a head of more than 16 KiB";
      if (error && error != http::error::need_buffer) return not_http();
      const auto status = parser_->get().result_int();
      if (parser_->is_done() && status >= 100 && status < 200) begin();  // the answer is still to come
    }
    return {};
  } catch (const std::length_error&) {  // thrown by Beast for a trailer of more than 64 KiB
    return not_http();
  }

  /// A body without a length ends with the connection.
  [[nodiscard]] std::string problem_at_end() {
    boost::beast::error_code error;
    if (parser_->got_some()) parser_->put_eof(error);
    if (parser_->got_some() && !error) return {};
    return connection_.peer + " closed the connection " +
           (first_.empty() ? "without an answer" : "before the end of its answer" + status());
  }

  [[nodiscard]] std::string not_http() const {
    const auto what = "unexpected answer of " + connection_.peer;
    return reading_.may_quote ? what + ": " + quoted(first_) : what + ": it isn't HTTP";
  }

  const Connected& connection_;
  const HttpReading reading_;
  const RunLimit& limit_;
  std::optional<http::response_parser<http::buffer_body>> parser_;
  std::string first_;  ///< What came first.
  std::string input_;  ///< What isn't parsed yet.
  std::string body_;
};

}  // namespace

HttpAnswer read_http_answer(const Connected& connection, HttpReading reading, const RunLimit& limit) {
  return Reader{connection, reading, limit}.read();
}

}  // namespace detail
}  // namespace vitals::inline v1
