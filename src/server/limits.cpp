#include "server/limits.hpp"

namespace vitals::inline v1 {
namespace detail {

namespace {

constexpr std::chrono::minutes time_between_lines{1};

std::string_view what_happened(Limit limit) noexcept {
  switch (limit) {
    case Limit::malformed: return "a request was malformed, or not of HTTP/1 (400 or 505)";
    case Limit::target_size: return "a request's target was too long (414)";
    case Limit::head_size: return "a request's head was too long (431)";
    case Limit::header_fields: return "a request had too many header fields (431)";
    case Limit::head_time: return "a request's head took too long (408)";
    case Limit::first_byte: return "a connection was closed that never sent a byte";
    case Limit::idle_time: return "a connection was closed that was idle for too long";
    case Limit::write_time: return "a connection was closed whose peer didn't read its answer";
    case Limit::connections: return "a connection was closed to make room for another";
    case Limit::resources: return "can't accept a connection on ";
    case Limit::proxy_header: return "a connection was closed that didn't begin with a valid PROXY protocol header";
    case Limit::age: return "a connection was closed for its age";
    case Limit::lingering: return "a connection was closed whose peer kept sending after its last answer";
    case Limit::memory: return "a connection was closed for lack of memory";
    case Limit::handshake_time: return "a connection was closed whose TLS handshake took too long";
    case Limit::handshake_failure: return "a TLS handshake failed";
    case Limit::handshakes: return "a TLS handshake was refused because there were too many in this second";
  }
  return {};
}

/// Clients that keep connections open meet these every day: a log line would be noise.
bool is_usual(Limit limit) noexcept {
  return limit == Limit::idle_time || limit == Limit::age || limit == Limit::lingering;
}

std::string line(Limit limit, std::string_view name, std::string_view detail, std::uint64_t times) {
  std::string text = "vitals: ";
  if (limit == Limit::resources) {
    text.append(what_happened(limit)).append(name);
  } else {
    text.append(name).append(": ").append(what_happened(limit));
  }
  if (!detail.empty()) text.append(": ").append(detail);
  if (limit == Limit::resources) text.append("; trying again every 100 ms");
  if (times != 0) text.append("; ").append(std::to_string(times)).append(" times since the last such line");
  return text;
}

}  // namespace

std::optional<std::string> Limits::met(Limit limit, Time now, std::string_view detail) {
  auto& kind = kinds_[static_cast<std::size_t>(limit)];
  const auto count = kind.count.load(std::memory_order_relaxed) + 1;
  kind.count.store(count, std::memory_order_relaxed);  // only one thread at a time writes it
  if (is_usual(limit) || now < kind.quiet_until) return std::nullopt;
  const bool has_unlogged = kind.logged != 0 && count - kind.logged > 1;
  auto text = line(limit, name_, detail, has_unlogged ? count - kind.logged : 0);
  kind.logged = count;
  kind.quiet_until = now + time_between_lines;
  return text;
}

LimitCounts Limits::counts() const noexcept {
  return {.malformed = count(Limit::malformed),
          .long_targets = count(Limit::target_size),
          .long_heads = count(Limit::head_size),
          .many_fields = count(Limit::header_fields),
          .slow_heads = count(Limit::head_time),
          .silent = count(Limit::first_byte),
          .idle = count(Limit::idle_time),
          .slow_readers = count(Limit::write_time),
          .made_room = count(Limit::connections),
          .not_accepted = count(Limit::resources),
          .proxy_headers = count(Limit::proxy_header),
          .old = count(Limit::age),
          .cut_off = count(Limit::lingering),
          .out_of_memory = count(Limit::memory),
          .slow_handshakes = count(Limit::handshake_time),
          .failed_handshakes = count(Limit::handshake_failure),
          .refused_handshakes = count(Limit::handshakes)};
}

std::uint64_t Limits::count(Limit limit) const noexcept {
  return kinds_[static_cast<std::size_t>(limit)].count.load(std::memory_order_relaxed);
}

}  // namespace detail
}  // namespace vitals::inline v1
