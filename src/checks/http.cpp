#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include <vitals/checks/http.hpp>

#include "checks/http_check.hpp"

namespace vitals::inline v1 {
namespace checks {

class Http::State : public detail::HttpCheck {
 public:
  using HttpCheck::HttpCheck;
};

namespace {

detail::HttpScheme plain_http() {
  constexpr std::uint16_t port = 80;
  return {.check = "Http",
          .name = "http",
          .port = port,
          .connect = [](const auto& server, auto& resolver, const auto& limit) {
            return detail::connect_to(server, resolver, limit);
          }};
}

}  // namespace

Http::Http(Text url, HttpOptions options)
    : state_{std::make_shared<State>(plain_http(), std::string_view{url}, std::move(options))} {}

CheckResult Http::operator()(const CheckContext& context) const { return state_->run(context); }

}  // namespace checks
}  // namespace vitals::inline v1
