#pragma once

#include <string_view>

#include <vitals/endpoint.hpp>

#include "http/sight.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Who has sent a request.
struct Caller {
  bool on_loopback = false;
  bool with_token = false;
};

[[nodiscard]] bool includes(Callers callers, Caller caller) noexcept;

/// Whether the address of HttpRequest::remote_address is this machine's. "127.0.0.6" isn't: Istio forwards probes from
/// there (https://github.com/istio/istio/issues/39036).
[[nodiscard]] bool is_loopback(std::string_view remote_address) noexcept;

/// Decides what the callers of an endpoint may see.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class Access {
 public:
  /// @throws std::invalid_argument  naming the option and the rule, if a token is malformed, or tokens are asked for
  ///                                and there are none. The message doesn't contain the token.
  explicit Access(const EndpointOptions& options, const HttpRoutes& of_server = {});

  [[nodiscard]] Caller caller_of(const HttpRequest& request) const noexcept;
  [[nodiscard]] Sight sight_of(Caller caller) const noexcept;
  /// Whether any answer depends on where its caller is.
  [[nodiscard]] bool asks_for_loopback() const noexcept { return asks_for_loopback_; }

 private:
  void add(const char* option, Callers callers);
  [[nodiscard]] bool has_token(std::string_view authorization) const noexcept;

  Callers details_;
  Callers names_;
  TextList tokens_;
  bool asks_for_loopback_ = false;
};

}  // namespace detail
}  // namespace vitals::inline v1
