#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <concepts>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>

#include <vitals/callable.hpp>
#include <vitals/endpoint.hpp>

/// Adds an Endpoint to an existing Boost.Beast server. Uses the including program's Boost.
namespace vitals::inline v1 {

/// The answer of respond() and async_respond(), ready to be written.
using BeastResponse = boost::beast::http::response<boost::beast::http::string_body>;

namespace detail {

/// What a response takes over from its request.
struct BeastExchange {
  unsigned version;
  bool keep_alive;
};

template <class Body, class Fields>
BeastExchange exchange_of(const boost::beast::http::request<Body, Fields>& request) {
  return {request.version(), request.keep_alive()};
}

template <class Body, class Fields>
std::string accept_of(const boost::beast::http::request<Body, Fields>& request) {
  std::string accept;
  const auto [first, last] = request.equal_range(boost::beast::http::field::accept);
  for (auto field = first; field != last; ++field) {
    if (!accept.empty()) accept += ", ";
    accept.append(field->value().data(), field->value().size());
  }
  return accept;
}

/// Whether nothing in the request says that its sender isn't who has connected.
template <class Body, class Fields>
bool shows_client(const boost::beast::http::request<Body, Fields>& request) {
  for (const auto& field : request) {
    const auto name = field.name_string();
    const auto value = field.value();
    if (hides_client({name.data(), name.size()}, {value.data(), value.size()})) return false;
  }
  return true;
}

/// The views are into `request`, `accept` and `remote_address`.
template <class Body, class Fields>
HttpRequest request_of(const boost::beast::http::request<Body, Fields>& request, std::string_view accept,
                       Text remote_address) {
  const auto method = request.method_string();
  const auto target = request.target();
  HttpRequest parts{
      .method = {method.data(), method.size()}, .target = {target.data(), target.size()}, .accept = accept};
  if (request.count(boost::beast::http::field::authorization) == 1) {
    const auto value = request[boost::beast::http::field::authorization];
    parts.authorization = {value.data(), value.size()};
  }
  if (shows_client(request)) parts.remote_address = remote_address;
  return parts;
}

inline BeastResponse to_beast(HttpResponse reply, const BeastExchange& exchange) {
  BeastResponse response{static_cast<boost::beast::http::status>(reply.status), exchange.version};
  for (const auto& header : reply.headers) response.insert(header.name, header.value);
  response.body() = std::move(reply.body);
  response.content_length(reply.content_length);  // not the body's size: to HEAD it is what GET would get
  response.keep_alive(exchange.keep_alive);
  return response;
}

/// Takes an answer to its handler, on the handler's own executor, which has work until then.
template <class Handler>
class BeastDelivery {
 public:
  BeastDelivery(Handler handler, BeastExchange exchange)
      : exchange_{exchange}, handler_{std::move(handler)}, work_{boost::asio::get_associated_executor(handler_)} {}

  void deliver(std::optional<HttpResponse> reply) {
    std::optional<BeastResponse> response;
    if (reply) response = to_beast(*std::move(reply), exchange_);
    boost::asio::dispatch(
        work_.get_executor(),
        [handler = std::move(handler_), response = std::move(response)]() mutable { handler(std::move(response)); });
    work_.reset();
  }

 private:
  BeastExchange exchange_;
  Handler handler_;
  boost::asio::executor_work_guard<boost::asio::associated_executor_t<Handler>> work_;
};

/// Also of one that is bound to an executor.
template <class Handler>
bool is_empty_handler(const Handler& handler) {
  if constexpr (requires {
                  typename Handler::target_type;
                  handler.get();
                })
    return is_empty_handler(handler.get());
  else
    return holds_nothing(handler);
}

}  // namespace detail

/// Answers a request of a Beast server on the calling thread: for servers with one thread per request.
///
/// @code
/// if (auto reply = vitals::respond(endpoint, request))     // nullopt: the path is not ours
///   boost::beast::http::write(stream, *reply);
/// @endcode
///
/// The response has the request's HTTP version and keep-alive. For HEAD it has no body, but the Content-Length of GET.
/// You may add fields such as Date or Server. May wait as long as the registry's answer budget: on an event loop use
/// async_respond().
///
/// @param request         Its body may be of any type, and isn't read.
/// @param remote_address  The peer's, as HttpRequest has it, for Callers::on_loopback; empty: unknown. What a proxy has
///                        passed on is recognised here.
/// @returns The response; nullopt if the path isn't the endpoint's.
/// @par Thread safety  Shared objects: safe.
template <class Body, class Fields>
[[nodiscard]] std::optional<BeastResponse> respond(const Endpoint& endpoint,
                                                   const boost::beast::http::request<Body, Fields>& request,
                                                   Text remote_address = {}) {
  const auto accept = detail::accept_of(request);
  auto reply = endpoint.handle(detail::request_of(request, accept, remote_address));
  if (!reply) return std::nullopt;
  return detail::to_beast(*std::move(reply), detail::exchange_of(request));
}

/// Answers a request without waiting: for servers on an event loop.
///
/// @code
/// pending_ = vitals::async_respond(endpoint, request_, boost::asio::bind_executor(stream_.get_executor(),
///     [self = shared_from_this()](std::optional<vitals::BeastResponse> reply) { self->write(std::move(reply)); }));
/// @endcode
///
/// @param request         Must live until the call returns.
/// @param remote_address  As for respond().
/// @param handler  Called as `handler(std::optional<BeastResponse>)`, exactly once, unless the returned object is
///                 destroyed before the answer is on its way. Runs on its associated executor, which has work until
///                 then; without one, as Endpoint::async_handle() says: inline, or on a Runner's thread, where it
///                 should pass the answer on and return. If the answer is ready it may run inline in both cases. May be
///                 move-only. If several threads run the context, the executor must be the connection's strand.
/// @throws std::invalid_argument  if the handler is a null pointer or an empty std::function.
/// @par Thread safety  Shared objects: safe.
/// @par Lifetime       The executor's context must outlive the Runners and servers of the registry.
template <class Body, class Fields, class Handler>
PendingResponse async_respond(const Endpoint& endpoint, const boost::beast::http::request<Body, Fields>& request,
                              Handler&& handler, Text remote_address = {}) {
  static_assert(std::invocable<std::decay_t<Handler>&, std::optional<BeastResponse>>,
                "vitals: the handler is called as handler(std::optional<vitals::BeastResponse>)");
  if (detail::is_empty_handler<std::decay_t<Handler>>(handler))
    throw std::invalid_argument{"vitals: async_respond: the handler must not be empty"};
  const auto accept = detail::accept_of(request);
  auto delivery = std::make_shared<detail::BeastDelivery<std::decay_t<Handler>>>(std::forward<Handler>(handler),
                                                                                 detail::exchange_of(request));
  return endpoint.async_handle(
      detail::request_of(request, accept, remote_address),
      [delivery = std::move(delivery)](std::optional<HttpResponse> reply) { delivery->deliver(std::move(reply)); });
}

}  // namespace vitals::inline v1

#endif
