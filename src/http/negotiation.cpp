#include "http/negotiation.hpp"

#include <algorithm>
#include <cstddef>

#include "http/ascii.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

/// Reads the pieces of a header value. A missing piece is empty or false.
class Scanner {
 public:
  explicit Scanner(std::string_view text) noexcept : rest_{text} {}

  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

  void skip_blanks() noexcept { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }

  bool take(char c) noexcept {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::string_view take_token() noexcept {
    const auto* end = std::find_if_not(rest_.begin(), rest_.end(), is_token_character);
    return take_bytes(static_cast<std::size_t>(end - rest_.begin()));
  }

  /// Skips a quoted string.
  bool take_quoted() noexcept {
    if (!rest_.starts_with('"')) return false;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '"') return !take_bytes(i + 1).empty();
      if (rest_[i] == '\\') ++i;
    }
    return false;
  }

 private:
  std::string_view take_bytes(std::size_t count) noexcept {
    const auto piece = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return piece;
  }

  std::string_view rest_;
};

/// A quality in thousandths, 0 to 1000: "0", "1", and up to three decimals.
std::optional<int> parse_quality(std::string_view text) noexcept {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  int thousandths = (text[0] - '0') * 1000;
  int weight = 100;
  for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (c < '0' || c > '9') return std::nullopt;
    thousandths += (c - '0') * weight;
    weight /= 10;
  }
  return thousandths <= 1000 ? std::optional{thousandths} : std::nullopt;
}

struct MediaRange {
  std::string_view type = {};
  std::string_view subtype = {};
  int quality = 1000;

  [[nodiscard]] bool is(std::string_view other_type, std::string_view other_subtype) const noexcept {
    return equals_ignoring_case(type, other_type) && equals_ignoring_case(subtype, other_subtype);
  }
};

/// One ";name=value" behind a media range; only `q` must have a value.
bool take_parameter(Scanner& scanner, MediaRange& range) noexcept {
  const auto name = scanner.take_token();
  if (name.empty()) return true;  // ";;", or a ';' at the end
  const bool is_quality = equals_ignoring_case(name, "q");
  if (!scanner.take('=')) return !is_quality;
  const auto value = scanner.take_token();
  if (!is_quality) return !value.empty() || scanner.take_quoted();
  const auto quality = parse_quality(value);
  range.quality = quality.value_or(0);
  return quality.has_value();
}

std::optional<MediaRange> take_range(Scanner& scanner) noexcept {
  MediaRange range;
  range.type = scanner.take_token();
  if (range.type.empty() || !scanner.take('/')) return std::nullopt;
  range.subtype = scanner.take_token();
  if (range.subtype.empty()) return std::nullopt;
  for (scanner.skip_blanks(); scanner.take(';'); scanner.skip_blanks()) {
    scanner.skip_blanks();
    if (!take_parameter(scanner, range)) return std::nullopt;
  }
  return range;
}

/// The qualities of the types that a header names; 0: not named.
struct Qualities {
  int health_json = 0;
  int json = 0;
  int text = 0;
  int html = 0;
};

/// Nothing if the header is malformed.
std::optional<Qualities> parse_accept(std::string_view accept) noexcept {
  Qualities found;
  Scanner scanner{accept};
  do {
    scanner.skip_blanks();
    if (scanner.at_end()) break;
    if (scanner.take(',')) continue;  // a list may have empty elements
    const auto range = take_range(scanner);
    if (!range || !(scanner.at_end() || scanner.take(','))) return std::nullopt;
    if (range->is("application", "health+json")) found.health_json = std::max(found.health_json, range->quality);
    if (range->is("application", "json")) found.json = std::max(found.json, range->quality);
    if (range->is("text", "plain")) found.text = std::max(found.text, range->quality);
    if (range->is("text", "html")) found.html = std::max(found.html, range->quality);
  } while (!scanner.at_end());
  return found;
}

}  // namespace

std::optional<std::string_view> accepted_json(std::string_view accept) noexcept {
  const auto found = parse_accept(accept).value_or(Qualities{});
  const int best = std::max(found.health_json, found.json);
  if (best == 0 || found.text > best) return std::nullopt;
  return found.health_json == best ? "application/health+json" : "application/json";
}

bool prefers_html(std::string_view accept) noexcept {
  const auto found = parse_accept(accept).value_or(Qualities{});
  return found.html > std::max({found.health_json, found.json, found.text});
}

}  // namespace detail
}  // namespace vitals::inline v1
