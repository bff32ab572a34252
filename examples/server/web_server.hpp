#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <set>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "notes_api.hpp"
#include "web_session.hpp"

namespace notes {

/// Serves the API over HTTP on a thread of its own.
class WebServer {
 public:
  explicit WebServer(NotesApi& api);
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;
  ~WebServer();

  /// Listens on all addresses; 0 takes a free port.
  /// @throws std::system_error  naming the port.
  void listen(std::uint16_t port);
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  void start();
  /// Takes no more connections, answers the requests under way, and ends: within `finish_limit`, come what may.
  void stop();

 private:
  void accept();
  void add(boost::asio::ip::tcp::socket socket);

  NotesApi& api_;
  boost::asio::io_context io_{1};
  boost::asio::ip::tcp::acceptor acceptor_{io_};
  boost::asio::steady_timer retry_{io_};
  std::set<std::shared_ptr<WebSession>> sessions_;
  std::thread thread_;
  std::future<void> finished_;
};

}  // namespace notes
