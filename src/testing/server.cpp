#include <utility>

#include <vitals/testing/server.hpp>

namespace vitals::inline v1 {

namespace test {
namespace {

HealthServerOptions on_a_free_port(HealthServerOptions options) {
  options.address = "127.0.0.1";
  options.port = 0;
  return options;
}

}  // namespace

Server::Server(HealthRegistry& registry, HealthServerOptions options)
    : server_{registry, on_a_free_port(std::move(options))} {
  server_.start();
  port_ = server_.port();
}

FetchResult Server::fetch(Text target, FetchOptions options) const {
  return test::fetch(port(), target, std::move(options));
}

}  // namespace test
}  // namespace vitals::inline v1
