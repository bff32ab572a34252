// A Beast server written in the usual asynchronous way: a strand and a timer per connection, requests and answers with
// string bodies, everything shared.
//
//   --spin=N  N threads that compute without end

#include <chrono>
#include <memory>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "benchmarks/spinning.hpp"

namespace vitals_test {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

class Conversation : public std::enable_shared_from_this<Conversation> {
 public:
  explicit Conversation(tcp::socket socket) : stream_{std::move(socket)} {}

  void start() {
    asio::dispatch(stream_.get_executor(), [self = shared_from_this()] { self->read(); });
  }

 private:
  void read() {
    request_ = {};
    stream_.expires_after(std::chrono::seconds{30});
    http::async_read(stream_, buffer_, request_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (error == http::error::end_of_stream)
        self->close();
      else if (!error)
        self->write();
    });
  }

  void write() {
    answer_ = {http::status::ok, request_.version()};
    answer_.set(http::field::content_type, "text/plain; charset=utf-8");
    answer_.set(http::field::cache_control, "no-store");
    answer_.keep_alive(request_.keep_alive());
    answer_.body() = "OK\n";
    answer_.prepare_payload();
    stream_.expires_after(std::chrono::seconds{30});
    http::async_write(stream_, answer_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (error) return;
      if (self->answer_.keep_alive())
        self->read();
      else
        self->close();
    });
  }

  void close() {
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  http::response<http::string_body> answer_;
};

class Entrance : public std::enable_shared_from_this<Entrance> {
 public:
  explicit Entrance(asio::io_context& io)
      : io_{io}, acceptor_{asio::make_strand(io), {asio::ip::address_v4::loopback(), 0}} {}

  [[nodiscard]] int port() const { return acceptor_.local_endpoint().port(); }

  void accept() {
    acceptor_.async_accept(asio::make_strand(io_),
                           [self = shared_from_this()](beast::error_code error, tcp::socket socket) {
                             if (!error) std::make_shared<Conversation>(std::move(socket))->start();
                             self->accept();
                           });
  }

 private:
  asio::io_context& io_;
  tcp::acceptor acceptor_;
};

}  // namespace
}  // namespace vitals_test

int main(int argc, char** argv) {
  boost::asio::io_context io{1};
  const auto entrance = std::make_shared<vitals_test::Entrance>(io);
  entrance->accept();
  vitals_test::tell_port(entrance->port());
  vitals_test::spin(vitals_test::number_option(argc, argv, "spin", 0));
  io.run();
}
