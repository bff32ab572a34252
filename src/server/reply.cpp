#include "server/reply.hpp"

#include <array>
#include <charconv>
#include <cstdio>

namespace vitals::inline v1 {
namespace detail {
namespace {

/// The buffer of a larger reply is freed before the next one.
constexpr std::size_t max_idle_capacity = ReplyWriter::max_copied + 1024;

/// A number as text, without an allocation.
class Decimal {
 public:
  explicit Decimal(std::size_t number) noexcept {
    end_ = std::to_chars(digits_.data(), digits_.data() + digits_.size(), number).ptr;
  }
  operator std::string_view() const noexcept {
    return {digits_.data(), static_cast<std::size_t>(end_ - digits_.data())};
  }

 private:
  std::array<char, 20> digits_;
  char* end_;
};

template <class... Pieces>
void append(std::string& text, const Pieces&... pieces) {
  (text.append(std::string_view{pieces}), ...);
}

std::string_view field_of(Persistence persistence) noexcept {
  switch (persistence) {
    case Persistence::close: return "\r\nConnection: close";
    case Persistence::keep_alive: return "";
    case Persistence::explicit_keep_alive: return "\r\nConnection: keep-alive";
  }
  return "";
}

void write_reply(std::string& bytes, const Answer& answer, Persistence persistence, std::string_view date) {
  bytes.clear();
  append(bytes, "HTTP/1.1 ", Decimal(static_cast<std::size_t>(answer.status)), " ", reason_phrase(answer.status),
         "\r\nDate: ", date);
  for_each_header(answer,
                  [&](std::string_view name, std::string_view value) { append(bytes, "\r\n", name, ": ", value); });
  append(bytes, field_of(persistence), "\r\nContent-Length: ", Decimal(answer.content_length()), "\r\n\r\n");
  if (!answer.to_head) bytes.append(answer.prefix);
}

}  // namespace

std::string_view reason_phrase(int status) noexcept {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 414: return "URI Too Long";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "";
  }
}

Answer plain_answer(int status, bool to_head) noexcept {
  return {.status = status, .body = reason_phrase(status), .to_head = to_head};
}

std::string http_date(std::chrono::sys_seconds time) {
  // Not strftime(), whose names depend on the locale.
  static constexpr std::array weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                                 weekdays[std::chrono::weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
                                 months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                                 static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                                 static_cast<int>(clock.seconds().count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

auto ReplyWriter::write(const Answer& answer, Persistence persistence, std::chrono::sys_seconds now) -> Reply {
  if (now != date_is_of_) {
    date_ = http_date(now);
    date_is_of_ = now;
  }
  if (reply_.capacity() > max_idle_capacity) reply_ = std::string{};
  write_reply(reply_, answer, persistence, date_);
  if (answer.to_head) return {reply_, {}};
  if (answer.body.size() > max_copied) return {reply_, answer.body};
  reply_.append(answer.body);
  return {reply_, {}};
}

}  // namespace detail
}  // namespace vitals::inline v1
