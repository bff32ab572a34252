#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>

#include <vitals/vitals.hpp>

/// Stands for the application of an Asio service: greets whoever connects.
class AsioWeb {
 public:
  AsioWeb(const boost::asio::any_io_executor& executor, vitals::Lifecycle& lifecycle)
      : lifecycle_{lifecycle},
        acceptor_{boost::asio::make_strand(executor), {boost::asio::ip::address_v4::loopback(), 0}} {
    accept();
  }

  /// From another thread than the loop's. Afterwards nobody is let in any more.
  void close_listener() {
    std::promise<void> closed;
    boost::asio::post(acceptor_.get_executor(), [&] {
      acceptor_.close();
      closed.set_value();
    });
    closed.get_future().wait();
  }
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  using Socket = boost::asio::ip::tcp::socket;

  /// A connection, and the work that it is.
  struct Session {
    Socket socket;
    vitals::WorkToken work;
    std::string request = {};
  };

  void accept() {
    acceptor_.async_accept([this](boost::system::error_code error, Socket socket) {
      if (error) return;
      if (auto work = lifecycle_.begin_work())
        answer(std::make_shared<Session>(Session{std::move(socket), std::move(work)}));
      accept();
    });
  }
  static void answer(const std::shared_ptr<Session>& session) {
    static const std::string greeting = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n";
    boost::asio::async_read_until(session->socket, boost::asio::dynamic_buffer(session->request), "\r\n\r\n",
                                  [session](boost::system::error_code error, std::size_t) {
                                    if (error) return;
                                    boost::asio::async_write(session->socket, boost::asio::buffer(greeting),
                                                             [session](boost::system::error_code, std::size_t) {});
                                  });
  }

  vitals::Lifecycle& lifecycle_;
  boost::asio::ip::tcp::acceptor acceptor_;
};
