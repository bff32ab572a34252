#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>

#include <vitals/vitals.hpp>

/// Stands in for the application of an Asio service: sends a greeting to every client.
class AsioWeb {
 public:
  AsioWeb(const boost::asio::any_io_executor& executor, vitals::Lifecycle& lifecycle)
      : lifecycle_{lifecycle},
        acceptor_{boost::asio::make_strand(executor), {boost::asio::ip::address_v4::loopback(), 0}} {
    accept();
  }

  /// Call it from another thread than the loop's. When it returns, every peer that had connected is accepted, and no
  /// other will be.
  void close_listener() {
    run_on_loop([this] {
      take_in_queue();
      acceptor_.close();
    });
    run_on_loop([] {});  // after the handler of the last accept, which may have accepted one more
  }
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  using Error = boost::system::error_code;
  using Socket = boost::asio::ip::tcp::socket;

  /// A connection, which counts as work in flight.
  struct Session {
    Socket socket;
    vitals::WorkToken work;
    boost::asio::steady_timer limit;
    std::string request = {};
  };

  template <class Step>
  void run_on_loop(Step step) {
    boost::asio::post(acceptor_.get_executor(), boost::asio::use_future(std::move(step))).wait();
  }
  void accept() {
    acceptor_.async_accept([this](Error error, Socket socket) {
      if (!error) take_in(std::move(socket));
      if (!acceptor_.is_open()) return;
      if (!error) return accept();
      // For example, no descriptor is free: an immediate retry would fail again.
      retry_.expires_after(std::chrono::milliseconds{100});
      retry_.async_wait([this](Error) {
        if (acceptor_.is_open()) accept();
      });
    });
  }
  /// Peers in the kernel's queue are already connected: closing the listener now would reset them.
  void take_in_queue() {
    Error error;
    acceptor_.non_blocking(true, error);
    while (!error) {
      Socket socket{acceptor_.get_executor()};
      acceptor_.accept(socket, error);
      if (!error) take_in(std::move(socket));
    }
  }
  void take_in(Socket socket) {
    auto work = lifecycle_.begin_work();
    if (!work) return;  // closes it
    boost::asio::steady_timer limit{acceptor_.get_executor(), std::chrono::seconds{1}};
    const auto session = std::make_shared<Session>(Session{std::move(socket), std::move(work), std::move(limit)});
    session->limit.async_wait([weak = std::weak_ptr{session}](Error) {  // a silent peer holds it no longer
      if (const auto late = weak.lock()) late->socket.close();
    });
    answer(session);
  }
  static void answer(const std::shared_ptr<Session>& session) {
    static const std::string greeting = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n";
    boost::asio::async_read_until(session->socket, boost::asio::dynamic_buffer(session->request, 4096), "\r\n\r\n",
                                  [session](Error error, std::size_t) {
                                    if (error) return;
                                    boost::asio::async_write(session->socket, boost::asio::buffer(greeting),
                                                             [session](Error, std::size_t) {});
                                  });
  }

  vitals::Lifecycle& lifecycle_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer retry_{acceptor_.get_executor()};
};
