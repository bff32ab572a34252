#include "web_server.hpp"

#include <chrono>
#include <string>
#include <system_error>
#include <utility>

#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/system/system_error.hpp>

namespace notes {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t session_limit = 500;
/// How long a new connection may take to send its first request after the listener has closed.
constexpr std::chrono::seconds first_request_grace{1};
/// Enough for sending the last answers.
constexpr std::chrono::milliseconds finish_limit{1500};

error_code try_listen(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  error_code error;
  error_code ignored;
  acceptor.close(ignored);
  acceptor.open(endpoint.protocol(), error);
  if (error) return error;
  acceptor.set_option(tcp::acceptor::reuse_address{true}, ignored);
  if (endpoint.protocol() == tcp::v6()) acceptor.set_option(asio::ip::v6_only{false}, ignored);
  acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  return error;
}

}  // namespace

WebServer::WebServer(NotesApi& api, vitals::Lifecycle& lifecycle) : api_{api}, lifecycle_{lifecycle} {}

WebServer::~WebServer() { stop(); }

void WebServer::listen(std::uint16_t port) {
  error_code error = try_listen(acceptor_, {tcp::v6(), port});
  if (error == asio::error::address_family_not_supported) error = try_listen(acceptor_, {tcp::v4(), port});
  if (error)
    throw std::system_error{error.value(), std::system_category(), "can't listen on port " + std::to_string(port)};
}

void WebServer::start() {
  accept();
  std::promise<void> finished;
  finished_ = finished.get_future();
  thread_ = std::thread{[this, finished = std::move(finished)]() mutable {
    io_.run();
    finished.set_value();
  }};
}

void WebServer::stop_accepting() {
  run_on_io_thread([this] { close_listener(); });
  // Runs after the handler of the last accept, which may have accepted one more connection.
  run_on_io_thread([this] {
    for (const auto& session : sessions_) session->finish();
    grace_.expires_after(first_request_grace);
    grace_.async_wait([this](error_code) {
      for (const auto& session : sessions_) session->finish_waiting();
    });
  });
  // Runs after the handlers of requests that arrived meanwhile, so that all of them count as work when this returns.
  run_on_io_thread([] {});
}

void WebServer::stop() {
  if (!thread_.joinable()) return;
  asio::post(io_, [this] {
    close_listener();
    for (const auto& session : sessions_) session->finish();
    for (const auto& session : sessions_) session->finish_waiting();
    grace_.cancel();
    running_.reset();
  });
  // The thread ends by itself after the last session.
  if (finished_.wait_for(finish_limit) != std::future_status::ready) io_.stop();
  thread_.join();
}

/// Runs `step` on the I/O thread, after everything that is already queued there, and waits for it.
template <class Step>
void WebServer::run_on_io_thread(Step step) {
  asio::post(io_, asio::use_future(std::move(step))).wait();
}

void WebServer::accept() {
  acceptor_.async_accept([this](error_code error, tcp::socket socket) {
    if (!error) add(std::move(socket));
    if (!acceptor_.is_open()) return;
    if (!error) return accept();
    // For example, no descriptor is free: an immediate retry would fail again.
    retry_.expires_after(std::chrono::milliseconds{100});
    retry_.async_wait([this](error_code cancelled) {
      if (!cancelled && acceptor_.is_open()) accept();
    });
  });
}

/// Peers in the kernel's queue are already connected: closing the listener now would reset them.
void WebServer::close_listener() {
  error_code error;
  acceptor_.non_blocking(true, error);
  while (!error || error == asio::error::connection_aborted) {
    tcp::socket socket{io_};
    acceptor_.accept(socket, error);
    if (!error) add(std::move(socket));
  }
  acceptor_.close(error);
  retry_.cancel();
}

void WebServer::add(tcp::socket socket) {
  if (sessions_.size() >= session_limit) return;  // closes it
  const auto session =
      std::make_shared<WebSession>(std::move(socket), api_, lifecycle_,
                                   [this](const std::shared_ptr<WebSession>& ended) { sessions_.erase(ended); });
  sessions_.insert(session);
  session->start();
}

}  // namespace notes
