#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <concepts>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include <vitals/callable.hpp>
#include <vitals/export.hpp>
#include <vitals/http_message.hpp>
#include <vitals/text.hpp>

namespace vitals::inline v1 {

namespace detail {
class Resource;
struct RouteList;
}  // namespace detail

/// Which callers get something.
enum class Callers {
  nobody,
  /// Those on this machine: 127.0.0.1, ::1 and UNIX sockets. Not what a proxy has passed on, and not a request for a
  /// Host other than localhost or a loopback address: see HttpRequest::remote_address.
  on_loopback,
  /// Those that send `Authorization: Bearer <token>` with one of EndpointOptions::tokens.
  with_token,
  anyone
};

struct HttpRouteOptions {
  /// Who gets an answer. Others get 404, as if there were no such route.
  Callers callers = Callers::anyone;
};

/// What an endpoint answers at one more path: EndpointOptions::routes.
///
/// @code
/// vitals::EndpointOptions endpoint{
///     .tokens = {token},
///     .routes = {{"/info", [] { return vitals::HttpResponse::json(R"({"commit":"9f3c2e1"})"); }},
///                {"/flags", [&] { return flags.text(); }, {.callers = vitals::Callers::with_token}}}};
/// @endcode
///
/// The handler is `f()` or `f(const vitals::HttpRequest&)`; it returns an HttpResponse, or a text, which is sent as
/// text/plain with 200. GET, HEAD and OPTIONS call it; other methods get 405. It is called on a Runner's thread, one
/// call at a time, never under a lock; without a Runner, on the thread that asks, also several at a time. A request that
/// has no answer within the registry's answer budget gets 503. An exception, a status that isn't one of 200 to 599 with
/// a body (204, 205 and 304 have none), and a header that HTTP doesn't allow are answered with 500. Cache-Control and
/// X-Content-Type-Options are the library's own: no-store and nosniff. Ready-made routes: vitals::metrics(),
/// vitals::kubernetes_text(), vitals::rendered(), vitals::page().
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
/// @par Lifetime       What the handler refers to must outlive the endpoint or server, and a call that is under way.
class VITALS_EXPORT HttpRoute {
 public:
  using Handler = std::function<HttpResponse(const HttpRequest&)>;

  /// @param path     As in EndpointOptions; exactly this path: nothing below it.
  /// @throws std::invalid_argument  if the handler is a null pointer or an empty std::function. A malformed path is
  ///                                found by the endpoint.
  // clang-format off
  template <class F>
  requires(std::invocable<F&> || std::invocable<F&, const HttpRequest&>)
  HttpRoute(Text path, F handler, HttpRouteOptions options = {})
      : HttpRoute{path, detail::holds_nothing(handler) ? Handler{} : call_of(std::move(handler)), options} {}
  // clang-format on
  HttpRoute(Text path, Handler handler, HttpRouteOptions options = {});
  /// For the library's own routes.
  HttpRoute(Text path, std::shared_ptr<const detail::Resource> resource, HttpRouteOptions options);

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] Callers callers() const noexcept { return callers_; }
  [[nodiscard]] const std::shared_ptr<const detail::Resource>& resource() const noexcept { return resource_; }

 private:
  template <class F>
  static Handler call_of(F handler) {
    return [handler = std::move(handler)](const HttpRequest& request) mutable {
      const auto call = [&]() -> decltype(auto) {
        if constexpr (std::invocable<F&, const HttpRequest&>)
          return handler(request);
        else
          return handler();
      };
      using Result = std::remove_cvref_t<decltype(call())>;
      static_assert(std::is_same_v<Result, HttpResponse> || std::is_convertible_v<Result, Text>,
                    "vitals: a route's handler returns an HttpResponse or a text");
      return response_of(call());
    };
  }
  static HttpResponse response_of(HttpResponse response) { return response; }
  static HttpResponse response_of(Text text) { return HttpResponse::text(text); }

  std::string path_;
  Callers callers_;
  std::shared_ptr<const detail::Resource> resource_;
};

/// The routes of an endpoint.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class VITALS_EXPORT HttpRoutes {
 public:
  HttpRoutes() noexcept;
  HttpRoutes(std::initializer_list<HttpRoute> routes);
  HttpRoutes(const HttpRoutes& other);
  HttpRoutes(HttpRoutes&& other) noexcept;
  HttpRoutes& operator=(const HttpRoutes& other);
  HttpRoutes& operator=(HttpRoutes&& other) noexcept;
  ~HttpRoutes();

  /// Appends a route.
  void add(HttpRoute route);

  [[nodiscard]] const HttpRoute* begin() const noexcept;
  [[nodiscard]] const HttpRoute* end() const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return static_cast<std::size_t>(end() - begin()); }
  [[nodiscard]] bool empty() const noexcept { return begin() == end(); }

 private:
  std::unique_ptr<detail::RouteList> list_;
};

}  // namespace vitals::inline v1

#endif
