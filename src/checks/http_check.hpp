#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <vitals/check.hpp>
#include <vitals/check_result.hpp>
#include <vitals/checks/http.hpp>

#include "checks/connect.hpp"
#include "checks/host_resolver.hpp"
#include "checks/http_answer.hpp"
#include "checks/run_limit.hpp"
#include "checks/url.hpp"

namespace vitals::inline v1 {
namespace detail {

/// How Http and Https differ.
struct HttpScheme {
  using Connect = std::function<Connected(const HostAndPort& server, HostResolver& resolver, const RunLimit& limit)>;

  std::string check = {};  ///< "Http": its name in messages.
  std::string name = {};   ///< "http".
  std::uint16_t port = 0;  ///< The default.
  Connect connect = {};
};

/// A request and what is expected of its answer.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: run() is safe.
class HttpCheck {
 public:
  /// @throws std::invalid_argument  naming what is wrong with the URL or an option.
  HttpCheck(HttpScheme scheme, std::string_view url, checks::HttpOptions options);

  [[nodiscard]] CheckResult run(const CheckContext& context);
  [[nodiscard]] const HostAndPort& server() const noexcept { return url_.server; }

 private:
  [[nodiscard]] Url parse(std::string_view url) const;
  /// Where a redirect leads: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.2
  [[nodiscard]] Url moved(const Url& from, std::string location) const;
  [[nodiscard]] HttpAnswer ask(const Url& url, const RunLimit& limit);
  [[nodiscard]] CheckResult judged(const HttpAnswer& answer) const;
  [[nodiscard]] std::string expected_statuses() const;
  [[nodiscard]] CheckResult fail(const std::string& problem) const { return CheckResult::fail(name_ + ": " + problem); }

  const HttpScheme scheme_;
  const Url url_;
  const checks::HttpOptions options_;
  const std::string name_;
  const bool has_secrets_;
  HostResolver resolver_;
  HostResolver redirect_resolver_;  ///< A name that isn't ours and silent doesn't keep ours waiting.
};

}  // namespace detail
}  // namespace vitals::inline v1
