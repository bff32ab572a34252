#include "core/base/secrets.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "core/base/text.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::size_t longest_prose_word = 32;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
bool is_letter_or_digit(char c) noexcept { return is_lower(c) || is_upper(c) || is_digit(c); }
bool is_quote(char c) noexcept { return c == '"' || c == '\'' || c == '`'; }
bool is_any_of(char c, std::string_view characters) noexcept { return characters.find(c) != npos; }
/// Part of a name, such as `spring.datasource.password`, or of a URL's scheme.
bool is_word(char c) noexcept { return is_letter_or_digit(c) || is_any_of(c, "_-.+"); }
char lower(char c) noexcept { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

bool same(std::string_view text, std::string_view in_lower_case) noexcept {
  return std::ranges::equal(text, in_lower_case, {}, lower);
}

/// Whether a name ends in `ending`, in any case and without its '_' and '-'.
bool ends_in(std::string_view name, std::string_view ending) noexcept {
  while (!ending.empty() && !name.empty()) {
    if (is_any_of(name.back(), "_-")) {
      name.remove_suffix(1);
      continue;
    }
    if (lower(name.back()) != ending.back()) return false;
    name.remove_suffix(1);
    ending.remove_suffix(1);
  }
  return ending.empty();
}

bool names_secret(std::string_view name) noexcept {
  constexpr auto endings =
      std::to_array<std::string_view>({"password", "passwd", "passphrase", "pwd", "token", "secret", "apikey",
                                       "secretkey", "accesskey", "authorization"});
  return std::ranges::any_of(endings, [&](std::string_view ending) { return ends_in(name, ending); });
}

/// "invalid token: expired" isn't the same as "invalid token: eyJhbGciOi".
bool looks_like_prose(std::string_view word) noexcept {
  if (word.empty()) return true;
  if (std::ranges::any_of(word, is_digit)) return word.size() < 4;
  if (word.size() > longest_prose_word) return false;
  return std::ranges::none_of(word, is_lower) || std::ranges::none_of(word.substr(1), is_upper);
}

/// Words that follow "bearer" in prose and in the challenges of servers.
bool follows_bearer_in_prose(std::string_view word) noexcept {
  constexpr auto words = std::to_array<std::string_view>(
      {"token", "tokens", "auth", "authentication", "authorization", "credentials", "scheme", "realm="});
  return std::ranges::any_of(words, [&](std::string_view each) { return same(word, each); });
}

bool is_scheme(std::string_view word) noexcept {
  constexpr auto schemes = std::to_array<std::string_view>({"bearer", "basic", "token", "digest", "negotiate"});
  return std::ranges::any_of(schemes, [&](std::string_view scheme) { return same(word, scheme); });
}

int base64_digit(char c) noexcept {
  if (is_upper(c)) return c - 'A';
  if (is_lower(c)) return c - 'a' + 26;
  if (is_digit(c)) return c - '0' + 52;
  return is_any_of(c, "+-") ? 62 : is_any_of(c, "/_") ? 63 : -1;
}

/// Credentials of HTTP Basic are the base64 of "user:password" (RFC 7617).
bool is_basic_credentials(std::string_view word) noexcept {
  bool colon = false;
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < word.size() && word[i] != '='; ++i) {
    const int digit = base64_digit(word[i]);
    if (digit < 0) return false;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    if (const auto phase = i % 4; phase > 0) colon |= (bits >> (6 - 2 * phase) & 0xFF) == ':';
  }
  return colon;
}

/// Whether what follows `host:` can be a port, and the end of the authority or a list of hosts.
bool is_port(std::string_view text) noexcept {
  const auto end = std::ranges::find_if_not(text, is_digit);
  return end == text.end() || !is_letter_or_digit(*end);
}

/// One pass over a text, from left to right. What was replaced isn't read again.
class Hiding {
 public:
  explicit Hiding(std::string_view text) noexcept : text_{text} {}

  void run();
  [[nodiscard]] bool found() const noexcept { return kept_ > 0; }
  [[nodiscard]] std::string result() { return std::move(result_.append(text_.substr(kept_))); }

 private:
  [[nodiscard]] char peek(std::size_t at) const noexcept { return at < text_.size() ? text_[at] : '\0'; }
  template <class Is>
  [[nodiscard]] std::size_t skip(std::size_t at, Is is) const noexcept {
    while (at < text_.size() && is(text_[at])) ++at;
    return at;
  }
  [[nodiscard]] std::size_t skip_spaces(std::size_t at) const noexcept {
    return skip(at, [](char c) { return c == ' '; });
  }
  [[nodiscard]] std::size_t find(std::string_view any, std::size_t from) const noexcept {
    return std::min(text_.find_first_of(any, from), text_.size());
  }
  /// The word of a value or of credentials, without quotes and brackets around it.
  [[nodiscard]] std::string_view credential(std::size_t at, std::size_t longest = npos) const noexcept {
    const auto text = text_.substr(at, longest);
    return text.substr(0, text.find_first_of(" \"'`\\,;<>()[]{}"));
  }

  [[nodiscard]] std::size_t last_at_sign(std::size_t begin, std::size_t end) const noexcept {
    const auto found = text_.substr(begin, end - begin).rfind('@');
    return found == npos ? npos : begin + found;
  }
  /// The one that ends a URL's user or host, which may be an IPv6 address.
  [[nodiscard]] std::size_t find_colon(std::size_t begin, std::size_t end) const noexcept {
    const auto text = text_.substr(begin, end - begin);
    const auto found = text.find(':', text.starts_with('[') ? std::min(text.find(']'), text.size()) : 0);
    return found == npos ? npos : begin + found;
  }

  void hide(std::size_t from, std::size_t to);
  void hide_user_info();
  void hide_credentials(std::string_view scheme);
  void hide_value(std::string_view name);
  [[nodiscard]] std::size_t end_of_quoted(std::size_t at, std::size_t backslashes) const noexcept;
  [[nodiscard]] std::size_t end_of_value(std::size_t at, bool in_json) const noexcept;

  const std::string_view text_;
  std::size_t at_ = 0;    // what is before it has been read
  std::size_t kept_ = 0;  // what is before it is in the result
  std::size_t no_at_sign_before_ = 0;
  std::string result_;
};

void Hiding::run() {
  while (at_ < text_.size()) {
    if (!is_word(text_[at_])) {
      ++at_;
      continue;
    }
    const auto begin = std::exchange(at_, skip(at_, is_word));
    const auto word = text_.substr(begin, at_ - begin);
    if (text_.substr(at_).starts_with("://"))
      hide_user_info();
    else if (same(word, "bearer") || same(word, "basic"))
      hide_credentials(word);
    else if (names_secret(word))
      hide_value(word);
  }
}

void Hiding::hide(std::size_t from, std::size_t to) {
  result_.append(text_.substr(kept_, from - kept_)).append(hidden);
  at_ = kept_ = to;
}

// Passwords that should have been encoded are met in practice: the last '@' counts, and if no port follows the host,
// '/', '?' and '#' don't end the authority.
void Hiding::hide_user_info() {
  const auto before = text_.substr(0, at_);
  const bool by_http = before.ends_with("http") || before.ends_with("https");
  const auto begin = at_ += 3;
  const auto end = find("/?#\"'`<> ", begin);
  const auto colon = find_colon(begin, end);
  auto at_sign = last_at_sign(begin, end);
  if (at_sign == npos) {
    if (colon == npos || is_port(text_.substr(colon + 1, end - colon - 1))) return;
    if (end == text_.size()) return hide(colon + 1, end);
    if (begin < no_at_sign_before_) return;
    const auto word_end = find(" ", end);
    at_sign = last_at_sign(end, word_end);
    no_at_sign_before_ = word_end;
    if (at_sign == npos) return;
  }
  if (by_http) return hide(begin, at_sign);
  if (colon < at_sign) hide(colon + 1, at_sign);
}

void Hiding::hide_credentials(std::string_view scheme) {
  auto begin = skip_spaces(at_);
  if (begin == at_) return;
  if (is_quote(peek(begin))) ++begin;
  const auto word = credential(begin);
  if (same(scheme, "basic")) {
    if (is_basic_credentials(word)) hide(begin, begin + word.size());
    return;
  }
  if (word.empty()) return;
  if (!follows_bearer_in_prose(word)) return hide(begin, begin + word.size());
  begin = skip_spaces(begin + word.size());
  if (const auto next = credential(begin); !looks_like_prose(next)) hide(begin, begin + next.size());
}

void Hiding::hide_value(std::string_view name) {
  const auto separator = skip_spaces(skip(at_, [](char c) { return is_quote(c) || is_any_of(c, "\\]"); }));
  const bool quoted_name = separator > at_ && is_any_of(text_[at_], "\\\"'`");
  if (!is_any_of(peek(separator), "=:")) return;
  auto begin = skip_spaces(skip(separator, [](char c) { return is_any_of(c, "=:>"); }));

  const auto quote = skip(begin, [](char c) { return c == '\\'; });
  if (is_quote(peek(quote))) {
    const auto end = end_of_quoted(quote + 1, quote - begin);
    return end > quote + 1 ? hide(quote + 1, end) : static_cast<void>(at_ = end);
  }
  // No longer than it takes to judge it: of a text full of these names each character is read a few times only.
  const auto word = credential(begin, longest_prose_word + 1);
  const bool prose_name = same(name, "token") || same(name, "secret");
  if (prose_name && !quoted_name && text_[separator] == ':' && looks_like_prose(word)) return;
  if (ends_in(name, "authorization") && is_scheme(word) && peek(begin + word.size()) == ' ')
    begin = skip_spaces(begin + word.size());
  const auto end = is_any_of(peek(begin), "{[") ? text_.size() : end_of_value(begin, quoted_name);
  if (end > begin) hide(begin, end);
}

/// Of a value whose opening quote has so many backslashes before it, as in JSON within JSON. A doubled quote, or one
/// with more backslashes, is part of the value.
std::size_t Hiding::end_of_quoted(std::size_t at, std::size_t backslashes) const noexcept {
  const char quote = text_[at - 1];
  for (std::size_t escapes = 0; at < text_.size(); ++at) {
    if (text_[at] == '\\') {
      ++escapes;
      continue;
    }
    if (text_[at] == quote && escapes <= backslashes) {
      if (escapes > 0 || peek(at + 1) != quote) return at - escapes;
      ++at;
    }
    escapes = 0;
  }
  return at;
}

/// A separator ends a value if what follows looks like the next pair or like the end of a sentence. It may also be part
/// of a password.
std::size_t Hiding::end_of_value(std::size_t at, bool in_json) const noexcept {
  for (; at < text_.size() && text_[at] != ' '; ++at) {
    if (in_json && is_any_of(text_[at], ",}]")) return at;
    if (!is_any_of(text_[at], "&,;")) continue;
    const auto next = skip(at + 1, is_word);
    if (peek(at + 1) == '\0' || peek(at + 1) == ' ' || (next > at + 1 && peek(next) == '=')) return at;
  }
  return at;
}

}  // namespace

std::string without_secrets(std::string text) {
  Hiding hiding{text};
  hiding.run();
  if (!hiding.found()) return text;
  return hiding.result();
}

// Cut last, because a secret that has lost its end may not be recognised. The first cut only bounds the time.
std::string clean_text(std::string_view text, std::size_t max_bytes) {
  if (text.empty()) return {};
  auto clean = without_secrets(safe_text(text, 16 * max_bytes));
  if (clean.size() > max_bytes) clean = safe_text(clean, max_bytes);
  return clean;
}

bool is_secret(std::string_view key, const std::string& text) {
  if (!names_secret(key)) return false;
  const auto pair = std::string{key} + ": " + text;
  return without_secrets(pair) != pair;
}

}  // namespace detail
}  // namespace vitals::inline v1
