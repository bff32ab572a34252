#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <vitals/lifecycle.hpp>

#include "notes_api.hpp"

namespace notes {

/// One connection to the application. Belongs to the I/O thread; only the API's answers come from another one.
class WebSession : public std::enable_shared_from_this<WebSession> {
 public:
  using OnEnd = std::function<void(const std::shared_ptr<WebSession>& session)>;

  WebSession(boost::asio::ip::tcp::socket socket, NotesApi& api, vitals::Lifecycle& lifecycle, OnEnd on_end);

  void start() { await_request(); }
  /// Ends once no request is in flight. A new connection may still send its first request.
  void finish();
  /// Also ends a new connection, unless its request has begun.
  void finish_waiting();

 private:
  void await_request();
  void read_head();
  void on_head(boost::beast::error_code error);
  void send_continue();
  void read_body();
  void on_body(boost::beast::error_code error);
  void refuse(boost::beast::error_code error);
  void refuse(unsigned status, std::string_view message);
  void answer(ApiResponse response);
  void on_answered(boost::beast::error_code error);
  void linger();
  void end();

  boost::beast::tcp_stream stream_;
  NotesApi& api_;
  vitals::Lifecycle& lifecycle_;
  OnEnd on_end_;
  vitals::WorkToken work_;  ///< From a request's first byte to the end of its answer; for the first, from accept on.
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  boost::beast::http::response<boost::beast::http::string_body> response_;
  bool is_new_ = true;    ///< No byte has arrived yet.
  bool waiting_ = false;  ///< For the first byte of a request.
  bool finishing_ = false;
};

}  // namespace notes
