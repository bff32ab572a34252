#include "server/reply.hpp"

#include <array>
#include <cstdio>

namespace vitals::inline v1 {
namespace detail {

std::string_view reason_phrase(int status) noexcept {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 431: return "Request Header Fields Too Large";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Unknown";
  }
}

Response plain_reply(int status, bool to_head) {
  const auto phrase = reason_phrase(status);
  return {.status = status,
          .headers = {{"Content-Type", "text/plain; charset=utf-8"},
                      {"Cache-Control", "no-store"},
                      {"X-Content-Type-Options", "nosniff"}},
          .body = std::string{to_head ? std::string_view{} : phrase},
          .content_length = phrase.size()};
}

std::string http_date(std::chrono::system_clock::time_point time) {
  // Not strftime: its names depend on the locale.
  static constexpr std::array weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(time - day)};
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                                 weekdays[std::chrono::weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
                                 months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                                 static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                                 static_cast<int>(clock.seconds().count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string to_bytes(const Response& response, Persistence persistence, std::chrono::system_clock::time_point now) {
  std::string bytes;
  bytes.reserve(320 + response.body.size());
  bytes.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  bytes.append(reason_phrase(response.status)).append("\r\nDate: ").append(http_date(now)).append("\r\n");
  for (const auto& header : response.headers)
    bytes.append(header.name).append(": ").append(header.value).append("\r\n");
  switch (persistence) {
    case Persistence::close: bytes.append("Connection: close\r\n"); break;
    case Persistence::keep_alive: break;
    case Persistence::told_keep_alive: bytes.append("Connection: keep-alive\r\n"); break;
  }
  bytes.append("Content-Length: ").append(std::to_string(response.content_length)).append("\r\n\r\n");
  bytes.append(response.body);
  return bytes;
}

}  // namespace detail
}  // namespace vitals::inline v1
