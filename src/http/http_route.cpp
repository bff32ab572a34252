#include <stdexcept>
#include <utility>
#include <vector>

#include <vitals/http_route.hpp>

#include "http/handler_resource.hpp"

namespace vitals::inline v1 {

namespace detail {

struct RouteList {
  std::vector<HttpRoute> routes;
};

namespace {

HttpRoute::Handler not_empty(HttpRoute::Handler handler, std::string_view path) {
  if (handler) return handler;
  throw std::invalid_argument{"vitals: the handler of the route " + std::string{path} + " must not be empty"};
}

}  // namespace
}  // namespace detail

HttpResponse HttpResponse::text(Text body, int status) {
  return {.status = status,
          .headers = {{"Content-Type", std::string{detail::plain_text}}},
          .body = std::string{std::string_view{body}},
          .content_length = std::string_view{body}.size()};
}

HttpResponse HttpResponse::json(Text body, int status) {
  auto response = text(body, status);
  response.headers.front().value = "application/json";
  return response;
}

HttpRoute::HttpRoute(Text path, Handler handler, HttpRouteOptions options)
    : HttpRoute{path, std::make_shared<detail::HandlerResource>(detail::not_empty(std::move(handler), path)), options} {
}

HttpRoute::HttpRoute(Text path, std::shared_ptr<const detail::Resource> resource, HttpRouteOptions options)
    : path_{std::string_view{path}}, callers_{options.callers}, resource_{std::move(resource)} {}

HttpRoutes::HttpRoutes() noexcept = default;
HttpRoutes::HttpRoutes(std::initializer_list<HttpRoute> routes)
    : list_{std::make_unique<detail::RouteList>(detail::RouteList{routes})} {}
HttpRoutes::HttpRoutes(const HttpRoutes& other)
    : list_{other.list_ ? std::make_unique<detail::RouteList>(*other.list_) : nullptr} {}
HttpRoutes::HttpRoutes(HttpRoutes&& other) noexcept = default;
HttpRoutes& HttpRoutes::operator=(const HttpRoutes& other) { return *this = HttpRoutes{other}; }
HttpRoutes& HttpRoutes::operator=(HttpRoutes&& other) noexcept = default;
HttpRoutes::~HttpRoutes() = default;

void HttpRoutes::add(HttpRoute route) {
  if (!list_) list_ = std::make_unique<detail::RouteList>();
  list_->routes.push_back(std::move(route));
}

const HttpRoute* HttpRoutes::begin() const noexcept { return list_ ? list_->routes.data() : nullptr; }
const HttpRoute* HttpRoutes::end() const noexcept {
  return list_ ? list_->routes.data() + list_->routes.size() : nullptr;
}

}  // namespace vitals::inline v1
