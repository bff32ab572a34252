#include "checks/http_answer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

namespace vitals::inline v1 {
namespace detail {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t most_body = 64 * 1024;
constexpr std::uint32_t most_head = 16 * 1024;
/// Of all bytes, framing included: an answer may come in tiny chunks, or after others with status 103.
constexpr std::size_t most_bytes = 1024 * 1024;

class Reader {
 public:
  Reader(const Connected& connection, HttpReading reading, const RunLimit& limit)
      : connection_{connection}, reading_{reading}, limit_{limit} {
    begin();
  }

  [[nodiscard]] HttpAnswer read() {
    HttpAnswer answer;
    answer.problem = read_all();
    answer.status = static_cast<int>(parser_->get().result_int());
    answer.location = parser_->get()[http::field::location];
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
      if (event != Received::Event::bytes) return problem + (first_.empty() ? "" : ", but a part of it");
      bytes += input_.size() - unparsed;
      if (first_.empty()) first_ = input_;
      if (!parse()) return not_http();
      if (is_over()) return {};
    }
    return connection_.peer + " sends an endless answer";
  }

  [[nodiscard]] bool is_over() const { return parser_->is_done() || body_.size() == most_body; }

  /// Takes what it can of the input. False if it isn't HTTP.
  [[nodiscard]] bool parse() {
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
      if (error == http::error::need_more || used == 0) return !error || error == http::error::need_more;
      if (error && error != http::error::need_buffer) return false;
      const auto status = parser_->get().result_int();
      if (parser_->is_done() && status >= 100 && status < 200) begin();  // the answer is still to come
    }
    return true;
  }

  /// A body without a length ends with the connection.
  [[nodiscard]] std::string problem_at_end() {
    boost::beast::error_code error;
    if (parser_->got_some()) parser_->put_eof(error);
    if (parser_->got_some() && !error) return {};
    return connection_.peer + " closed the connection " +
           (first_.empty() ? "without an answer" : "before the end of its answer");
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
