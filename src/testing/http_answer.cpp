#include "testing/http_answer.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <system_error>
#include <utility>

namespace vitals::inline v1 {
namespace detail {
namespace {

constexpr std::string_view line_end = "\r\n";

[[noreturn]] void refuse() { throw std::system_error{std::make_error_code(std::errc::bad_message)}; }

template <class Number>
Number number_of(std::string_view digits) {
  Number number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) refuse();
  return number;
}

// "HTTP/1.1 200 OK"
int status_of(std::string_view line) {
  constexpr std::string_view version = "HTTP/1.";
  const auto space = line.find(' ');
  if (!line.starts_with(version) || space == std::string_view::npos) refuse();
  return number_of<int>(line.substr(space + 1, 3));
}

std::string_view trimmed(std::string_view text) {
  const auto first = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(first);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

HttpHeader header_of(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) refuse();
  return {std::string{line.substr(0, colon)}, std::string{trimmed(line.substr(colon + 1))}};
}

test::FetchResult parse_head(std::string_view head) {
  const auto next_line = [&] {
    const auto line = head.substr(0, head.find(line_end));
    head.remove_prefix(std::min(head.size(), line.size() + line_end.size()));
    return line;
  };
  test::FetchResult result{.status = status_of(next_line())};
  while (!head.empty()) result.headers.push_back(header_of(next_line()));
  return result;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_interim(int status) { return status < 200; }

}  // namespace

std::optional<test::FetchResult> parse_answer(ReceivedBytes received) {
  constexpr std::string_view head_end = "\r\n\r\n";
  test::FetchResult result;
  do {
    const auto size = received.bytes.find(head_end);
    if (size == std::string_view::npos) {
      if (received.ended) refuse();
      return std::nullopt;
    }
    result = parse_head(received.bytes.substr(0, size));
    received.bytes.remove_prefix(size + head_end.size());
  } while (is_interim(result.status));
  if (received.without_body || result.status == 204 || result.status == 304) return result;

  if (const auto length = result.header("Content-Length")) {
    const auto expected = number_of<std::size_t>(*length);
    if (received.bytes.size() < expected) {
      if (received.ended) refuse();
      return std::nullopt;
    }
    result.body = received.bytes.substr(0, expected);
    return result;
  }
  if (!received.ended) return std::nullopt;
  result.body = received.bytes;
  return result;
}

}  // namespace detail

namespace test {

std::optional<std::string> FetchResult::header(Text name) const {
  for (const auto& header : headers)
    if (std::ranges::equal(header.name, std::string_view{name}, {}, detail::lower, detail::lower)) return header.value;
  return std::nullopt;
}

}  // namespace test
}  // namespace vitals::inline v1
