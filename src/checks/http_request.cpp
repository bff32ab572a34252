#include "checks/http_request.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace vitals::inline v1 {
namespace detail {
namespace {

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

/// https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
bool is_token(std::string_view text) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~0123456789";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || others.find(c) != others.npos;
  });
}

bool is_header_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return (c >= '\0' && c < ' ' && c != '\t') || c == 127; });
}

}  // namespace

void require_valid(const std::string& check, const checks::HttpOptions& options) {
  const auto refuse = [&](const std::string& rule) { throw std::invalid_argument{"vitals: " + check + ": " + rule}; };
  if (!is_token(options.method) || options.method == "CONNECT") refuse("the method must be a token such as GET");
  for (const auto& [name, value] : options.headers) {
    if (!is_token(name)) refuse("the name of a header must be a token such as X-Token");
    if (!is_header_value(value)) refuse("the value of a header must not have control characters");
    for (const auto* own : {"Connection", "Content-Length", "Transfer-Encoding"})
      if (equal_ignoring_case(name, own)) refuse("Connection, Content-Length and Transfer-Encoding can't be chosen");
  }
  const auto hosts = std::count_if(options.headers.begin(), options.headers.end(),
                                   [](const auto& header) { return equal_ignoring_case(header.first, "Host"); });
  if (hosts > 1) refuse("there can be one Host header only");
  for (const int status : options.statuses)
    if (status < 200 || status > 599) refuse("`statuses` must be 200 to 599");
  const bool reads_only = options.method == "GET" || options.method == "HEAD";
  if (options.max_redirects < 0 || options.max_redirects > 10) refuse("`max_redirects` must be 0 to 10");
  if (options.max_redirects > 0 && !reads_only) refuse("`max_redirects` needs the method GET or HEAD");
  if (options.method == "HEAD" && !options.body_contains.empty()) refuse("the answer to HEAD has no body");
}

std::string http_request(const Url& url, std::uint16_t default_port, const checks::HttpOptions& options,
                         bool with_headers) {
  auto host = url.server.text();
  if (url.server.port == default_port) host.resize(host.rfind(':'));
  auto headers = with_headers ? options.headers : decltype(options.headers){};
  const auto add_default = [&](const char* name, const std::string& value) {
    if (std::none_of(headers.begin(), headers.end(), [&](auto& it) { return equal_ignoring_case(it.first, name); }))
      headers.emplace_back(name, value);
  };
  add_default("Host", host);
  add_default("User-Agent", "vitals");
  add_default("Accept", "*/*");
  std::string text = options.method + ' ' + url.target + " HTTP/1.1\r\nConnection: close\r\n";
  if (options.method != "GET" && options.method != "HEAD") text += "Content-Length: 0\r\n";
  for (const auto& [name, value] : headers) text.append(name).append(": ").append(value).append("\r\n");
  return text + "\r\n";
}

}  // namespace detail
}  // namespace vitals::inline v1
