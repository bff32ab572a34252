#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <vitals/beast.hpp>

/// One connection of the application's server: vitals answers the health routes, the application all others.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(boost::asio::ip::tcp::socket socket, const vitals::Endpoint& health)
      : stream_{std::move(socket)}, health_{health} {}

  void start() { read(); }

 private:
  void read() {
    request_ = {};
    stream_.expires_after(std::chrono::seconds{10});
    boost::beast::http::async_read(stream_, buffer_, request_,
                                   [self = shared_from_this()](boost::beast::error_code error, std::size_t) {
                                     if (!error) self->on_request();
                                   });
  }

  void on_request() {
    stream_.expires_never();  // the registry's answer budget already bounds the wait
    pending_ = vitals::async_respond(
        health_, request_,
        boost::asio::bind_executor(stream_.get_executor(),
                                   [self = shared_from_this()](std::optional<vitals::BeastResponse> reply) {
                                     // nullopt: not a health route
                                     self->write(reply ? *std::move(reply) : self->answer());
                                   }));
  }

  /// The application's own routes.
  [[nodiscard]] vitals::BeastResponse answer() const {
    const bool is_orders = request_.target() == "/orders";
    vitals::BeastResponse response{is_orders ? boost::beast::http::status::ok : boost::beast::http::status::not_found,
                                   request_.version()};
    response.body() = is_orders ? "no orders" : "not found";
    response.keep_alive(request_.keep_alive());
    response.prepare_payload();
    return response;
  }

  void write(vitals::BeastResponse response) {
    response_ = std::move(response);
    stream_.expires_after(std::chrono::seconds{10});
    boost::beast::http::async_write(stream_, response_,
                                    [self = shared_from_this()](boost::beast::error_code error, std::size_t) {
                                      if (!error) self->on_written();
                                    });
  }

  void on_written() {
    if (response_.keep_alive()) return read();
    boost::beast::error_code ignored;
    stream_.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
  }

  boost::beast::tcp_stream stream_;
  const vitals::Endpoint& health_;
  boost::beast::flat_buffer buffer_;
  boost::beast::http::request<boost::beast::http::string_body> request_;
  vitals::BeastResponse response_;
  vitals::PendingResponse pending_;
};
