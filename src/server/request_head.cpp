#include "server/request_head.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <vitals/http_message.hpp>

#include "http/ascii.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

std::string_view view(beast::string_view text) noexcept { return {text.data(), text.size()}; }

/// Stores only the fields that the server uses, so that the client can't decide how much is allocated.
class HeadParser final : public http::basic_parser<true> {
 public:
  explicit HeadParser(std::string_view bytes) : bytes_{bytes} {
    header_limit(std::numeric_limits<std::uint32_t>::max());  // HeadScan has checked the size
    body_limit(std::numeric_limits<std::uint64_t>::max());    // no body is read; in Boost 1.74 `none` refuses every one
  }

  std::optional<RequestHead> parse() {
    beast::error_code error;
    put(boost::asio::const_buffer{bytes_.data(), bytes_.size()}, error);
    if (error || !is_header_done()) return std::nullopt;
    return std::move(head_);
  }

 private:
  void on_request_impl(http::verb, beast::string_view method, beast::string_view target, int version,
                       beast::error_code&) override {
    head_.method = view(method);
    head_.target = view(target);
    head_.http_1_1 = version == 11;
  }

  void on_field_impl(http::field name, beast::string_view text, beast::string_view value, beast::error_code&) override {
    if (name == http::field::accept) take_accept(view(value));
    if (name == http::field::connection) take_connection(view(value));
    if (name == http::field::authorization) {
      head_.authorization = head_.has_credentials ? std::string_view{} : view(value);
      head_.has_credentials = true;
    }
    head_.hides_client = head_.hides_client || detail::hides_client(view(text), view(value));
  }

  void take_accept(std::string_view value) {
    if (head_.first_accept.empty()) {
      head_.first_accept = value;
      return;
    }
    if (head_.joined_accepts.empty()) head_.joined_accepts = head_.first_accept;
    head_.joined_accepts.append(", ").append(value);
  }

  // A plain split is enough: the tokens have no parameters, and Beast refuses a malformed list.
  void take_connection(std::string_view value) noexcept {
    while (!value.empty()) {
      const auto token = value.substr(0, value.find(','));
      value.remove_prefix(std::min(token.size() + 1, value.size()));
      const auto name = trimmed(token);
      head_.wants_close = head_.wants_close || equals_ignoring_case(name, "close");
      head_.wants_keep_alive = head_.wants_keep_alive || equals_ignoring_case(name, "keep-alive");
    }
  }

  // For responses and bodies; never called.
  void on_response_impl(int, beast::string_view, int, beast::error_code&) override {}
  void on_header_impl(beast::error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, beast::error_code&) override {}
  std::size_t on_body_impl(beast::string_view body, beast::error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, beast::error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, beast::error_code&) override {
    return body.size();
  }
  void on_finish_impl(beast::error_code&) override {}

  std::string_view bytes_;
  RequestHead head_;
};

}  // namespace

std::optional<RequestHead> parse_request_head(std::string_view bytes) { return HeadParser{bytes}.parse(); }

}  // namespace detail
}  // namespace vitals::inline v1
