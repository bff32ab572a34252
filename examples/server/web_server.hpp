#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <set>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <vitals/lifecycle.hpp>

#include "notes_api.hpp"
#include "web_session.hpp"

namespace notes {

/// Serves the API over HTTP on a thread of its own.
class WebServer {
 public:
  /// @param lifecycle  Says when answers should close their connections, and waits for requests in flight.
  WebServer(NotesApi& api, vitals::Lifecycle& lifecycle);
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;
  ~WebServer();

  /// Listens on all addresses; 0 picks a free port.
  /// @throws std::system_error  naming the port.
  void listen(std::uint16_t port);
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  void start();
  /// Accepts only the connections that the kernel has already made, and closes idle ones. Requests in flight are
  /// answered.
  void stop_accepting();
  /// Returns within `finish_limit`, whatever happens.
  void stop();

 private:
  void accept();
  void close_listener();
  template <class Step>
  void run_on_io_thread(Step step);
  void add(boost::asio::ip::tcp::socket socket);

  NotesApi& api_;
  vitals::Lifecycle& lifecycle_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> running_{io_.get_executor()};
  boost::asio::ip::tcp::acceptor acceptor_{io_};
  boost::asio::steady_timer retry_{io_};
  boost::asio::steady_timer grace_{io_};
  std::set<std::shared_ptr<WebSession>> sessions_;
  std::thread thread_;
  std::future<void> finished_;
};

}  // namespace notes
