#include "web_session.hpp"

#include <chrono>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

namespace notes {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using beast::error_code;

constexpr std::size_t head_limit = std::size_t{8} * 1024;
constexpr std::uint64_t body_limit = std::uint64_t{64} * 1024;
/// For receiving a whole request and for sending an answer: a slow peer holds a connection no longer.
constexpr std::chrono::seconds peer_limit{10};
/// Between two requests. Longer than the idle limit of load balancers, usually 60 s: if the server closes a connection
/// while a request is on its way, that request is lost.
constexpr std::chrono::seconds idle_limit{75};

/// Beast treats an unknown transfer coding as no body at all, and would parse the body as the next request.
bool has_strange_coding(const http::fields& fields) {
  return fields.count(http::field::transfer_encoding) > 1 ||
         (fields.count(http::field::transfer_encoding) == 1 &&
          !beast::iequals(fields[http::field::transfer_encoding], "chunked"));
}

}  // namespace

WebSession::WebSession(asio::ip::tcp::socket socket, NotesApi& api, vitals::Lifecycle& lifecycle, OnEnd on_end)
    : stream_{std::move(socket)},
      api_{api},
      lifecycle_{lifecycle},
      on_end_{std::move(on_end)},
      work_{lifecycle.begin_work()} {}

void WebSession::finish() {
  finishing_ = true;
  if (!is_new_) finish_waiting();
}

void WebSession::finish_waiting() {
  if (!waiting_) return;
  error_code ignored;
  if (stream_.socket().available(ignored) == 0) return stream_.cancel();
  if (!work_) work_ = lifecycle_.begin_work();  // a request has arrived and will be read now
}

void WebSession::await_request() {
  parser_.emplace();
  parser_->header_limit(head_limit);
  parser_->body_limit(body_limit);
  if (buffer_.size() > 0) return read_head();
  waiting_ = true;
  stream_.expires_after(is_new_ ? peer_limit : idle_limit);
  stream_.async_read_some(buffer_.prepare(head_limit), [self = shared_from_this()](error_code error, std::size_t size) {
    self->waiting_ = false;
    if (error) return self->end();
    self->buffer_.commit(size);
    self->read_head();
  });
}

void WebSession::read_head() {
  is_new_ = false;
  if (!work_) work_ = lifecycle_.begin_work();
  stream_.expires_after(peer_limit);
  http::async_read_header(stream_, buffer_, *parser_,
                          [self = shared_from_this()](error_code error, std::size_t) { self->on_head(error); });
}

void WebSession::on_head(error_code error) {
  if (error) return refuse(error);
  if (!work_) return refuse(503, "shutting down");
  if (has_strange_coding(parser_->get().base())) return refuse(501, "unknown transfer coding");
  const bool expects = beast::iequals(parser_->get()[http::field::expect], "100-continue");
  if (expects && !parser_->is_done() && buffer_.size() == 0) return send_continue();
  read_body();
}

void WebSession::send_continue() {
  constexpr std::string_view text = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(stream_, asio::buffer(text.data(), text.size()),
                    [self = shared_from_this()](error_code error, std::size_t) {
                      if (error) return self->end();
                      self->read_body();
                    });
}

void WebSession::read_body() {
  http::async_read(stream_, buffer_, *parser_,
                   [self = shared_from_this()](error_code error, std::size_t) { self->on_body(error); });
}

void WebSession::on_body(error_code error) {
  if (error) return refuse(error);
  stream_.expires_never();  // the API answers in bounded time
  const auto& request = parser_->get();
  const auto method = request.method_string();
  const auto target = request.target();
  // The guard keeps the I/O thread running until the answer comes, even if it has nothing else to wait for.
  auto reply = [self = shared_from_this(),
                guard = asio::make_work_guard(stream_.get_executor())](ApiResponse response) mutable {
    const auto executor = guard.get_executor();
    // Moved, so that the worker's thread never holds the last reference.
    asio::post(executor, [self = std::move(self), response = std::move(response)]() mutable {
      self->answer(std::move(response));
    });
  };
  api_.handle({{method.data(), method.size()}, {target.data(), target.size()}, request.body()}, std::move(reply));
}

void WebSession::refuse(error_code error) {
  if (error == http::error::body_limit) return refuse(413, "a request may hold 64 KiB");
  if (error == http::error::header_limit || error == http::error::buffer_overflow)
    return refuse(431, "a request's head may hold 8 KiB");
  const bool is_theirs = error.category() == make_error_code(http::error::bad_method).category();
  if (is_theirs && error != http::error::end_of_stream && error != http::error::partial_message)
    return refuse(400, "malformed request");
  end();  // the peer has closed or is too slow, or we are finishing
}

void WebSession::refuse(unsigned status, std::string_view message) {
  finishing_ = true;
  answer(error_response(status, message));
}

void WebSession::answer(ApiResponse response) {
  const auto& request = parser_->get();
  response_ = {static_cast<http::status>(response.status), request.version() == 10 ? 10U : 11U};
  response_.set(http::field::content_type, "application/json");
  if (!response.allow.empty()) response_.set(http::field::allow, response.allow);
  response_.content_length(response.body.size());
  if (request.method() != http::verb::head) response_.body() = std::move(response.body);
  // While the service drains, each answer makes its client open the next connection elsewhere.
  response_.keep_alive(request.keep_alive() && !finishing_ && !lifecycle_.shutting_down());
  stream_.expires_after(peer_limit);
  http::async_write(stream_, response_,
                    [self = shared_from_this()](error_code error, std::size_t) { self->on_answered(error); });
}

void WebSession::on_answered(error_code error) {
  work_ = {};
  if (error) return end();
  if (response_.keep_alive()) {
    await_request();
    if (finishing_) finish();  // finish() was called while an answer with keep-alive was being sent
    return;
  }
  // Closing with unread bytes would reset the connection, and the peer might never read the answer.
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
  stream_.expires_after(std::chrono::seconds{1});
  linger();
}

void WebSession::linger() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(4096), [self = shared_from_this()](error_code error, std::size_t) {
    if (error) return self->end();
    self->linger();
  });
}

void WebSession::end() {
  work_ = {};
  stream_.close();
  on_end_(shared_from_this());
}

}  // namespace notes
