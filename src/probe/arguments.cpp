#include "probe/arguments.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <sys/un.h>

namespace vitals::inline v1 {
namespace detail {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds longest{24 * 60 * 60 * 1000};

std::optional<std::uint32_t> number(std::string_view text, std::uint32_t most) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value > most) return std::nullopt;
  return value;
}

/// "500ms", "30s", "2m"; nullopt if it is none, zero, or longer than a day.
std::optional<milliseconds> duration(std::string_view text) {
  std::uint32_t unit = 0;
  const auto ends = [&](std::string_view suffix, std::uint32_t factor) {
    if (unit != 0 || !text.ends_with(suffix)) return;
    text.remove_suffix(suffix.size());
    unit = factor;
  };
  ends("ms", 1);
  ends("s", 1000);
  ends("m", 60'000);
  if (unit == 0) return std::nullopt;
  const auto count = number(text, static_cast<std::uint32_t>(longest.count()) / unit);
  if (!count || *count == 0) return std::nullopt;
  return milliseconds{static_cast<std::int64_t>(*count) * unit};
}

bool is_printable(std::string_view text) {
  for (const char c : text)
    if (c < ' ' || c > '~') return false;
  return true;
}

/// Without NSS, which a static program doesn't have, names other than localhost can't be resolved.
bool is_address(const std::string& host) {
  in6_addr any{};
  return host == "localhost" || ::inet_pton(AF_INET, host.c_str(), &any) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &any) == 1;
}

/// "127.0.0.1:8080/ready". @returns What is wrong; empty if nothing is.
std::string parse_http(std::string_view rest, ProbeTarget& target) {
  const auto slash = rest.find_first_of("/?");
  if (slash != rest.npos) target.path = rest.substr(slash);
  if (target.path.front() == '?') target.path.insert(0, 1, '/');
  target.host = rest.substr(0, slash);
  const bool in_brackets = target.host.starts_with('[');
  const auto end_of_host = std::min(target.host.find(in_brackets ? ']' : ':'), target.host.size());
  target.address = target.host.substr(in_brackets ? 1 : 0, end_of_host - (in_brackets ? 1 : 0));
  target.port = target.host.substr(std::min(end_of_host + (in_brackets ? 1 : 0), target.host.size()));
  if (!is_address(target.address) || (in_brackets && end_of_host == target.host.size()))
    return "the host must be a numeric address or localhost";
  if (target.port.empty()) target.port = ":80";
  const auto port = number(std::string_view{target.port}.substr(1), 65535);
  if (target.port.front() != ':' || !port || *port == 0) return "the port must be 1 to 65535";
  target.port.erase(0, 1);
  return {};
}

/// "/run/notes/health.sock:/ready". @returns What is wrong; empty if nothing is.
std::string parse_unix(std::string_view rest, ProbeTarget& target) {
  const auto colon = rest.find(":/");
  target.unix_path = rest.substr(0, colon);
  if (colon != rest.npos) target.path = rest.substr(colon + 1);
  target.host = "localhost";
  if (target.unix_path.size() < 2 || target.unix_path.size() >= sizeof sockaddr_un{}.sun_path)
    return "the path of the socket must have 2 to 107 bytes";
  return {};
}

std::string parse_target(std::string_view url, ProbeTarget& target) {
  constexpr std::string_view http = "http://";
  constexpr std::string_view local = "unix:";
  if (!is_printable(url) || url.find_first_of(" #") != url.npos)
    return "the URL must be printable ASCII without spaces and '#'";
  if (url.starts_with(http)) return parse_http(url.substr(http.size()), target);
  if (url.starts_with(local)) return parse_unix(url.substr(local.size()), target);
  return "the URL must begin with http:// or unix:";
}

/// An option with a value. @returns What is wrong; empty if nothing is.
std::string set(ProbeArguments& arguments, std::string_view option, std::string_view value) {
  if (option == "--header") {
    const auto colon = value.find(':');
    if (colon == 0 || colon == value.npos || !is_printable(value)) return "--header takes 'Name: value'";
    arguments.headers.append(value).append("\r\n");
    return {};
  }
  const auto time = duration(value);
  if (!time) return std::string{option} + " takes a duration such as 500ms, 30s or 2m, a day at most";
  (option == "--timeout" ? arguments.timeout : arguments.retry_until) = *time;
  return {};
}

bool takes_value(std::string_view option) {
  return option == "--timeout" || option == "--retry-until" || option == "--header";
}

}  // namespace

const char* const probe_usage =
    R"(Usage: vitals-probe [OPTION...] URL

Asks a health endpoint once. Prints one line, and exits with 0 if the status is 200 to 299, with 1 if it is another or
there is no answer, and with 64 if the arguments are wrong.

URL is http://ADDRESS[:PORT][/PATH] with a numeric address or localhost, or unix:SOCKET[:/PATH]; in SOCKET a leading @
means an abstract name. No TLS.

  --verbose              ask for the report, and print it after the line
  --timeout DURATION     for one answer: 500ms, 30s, 2m (default 2s)
  --retry-until DURATION ask again after failures, for this long
  --header 'NAME: VALUE' send this header, too; may be repeated. Every user of the machine can read a command line.
  --help                 print this and exit
)";

ProbeArguments parse_probe_arguments(std::span<const char* const> arguments, std::string_view default_url) {
  ProbeArguments parsed;
  std::string_view url;
  for (std::size_t i = 0; i < arguments.size() && parsed.error.empty(); ++i) {
    const std::string_view argument{arguments[i]};
    const auto equals = argument.find('=');
    const auto option = argument.substr(0, equals);
    if (argument == "--verbose") {
      parsed.verbose = true;
    } else if (argument == "--help") {
      parsed.help = true;
    } else if (takes_value(option) && equals != argument.npos) {
      parsed.error = set(parsed, option, argument.substr(equals + 1));
    } else if (takes_value(option)) {
      parsed.error =
          ++i < arguments.size() ? set(parsed, option, arguments[i]) : std::string{option} + " needs a value";
    } else if (argument.starts_with('-')) {
      parsed.error = "unknown option " + std::string{option};
    } else if (!url.empty()) {
      parsed.error = "there can be one URL only";
    } else {
      url = argument;
    }
  }
  if (url.empty()) url = default_url;
  if (parsed.error.empty() && !parsed.help)
    parsed.error = url.empty() ? "a URL is missing" : parse_target(url, parsed.target);
  return parsed;
}

}  // namespace detail
}  // namespace vitals::inline v1
