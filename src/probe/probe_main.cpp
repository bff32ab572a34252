#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <poll.h>
#include <span>
#include <string>
#include <string_view>

#include <vitals/probe_main.hpp>

#include "probe/arguments.hpp"
#include "probe/ask.hpp"
#include "probe/run.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

constexpr int wrong_usage = 64;  // EX_USAGE
constexpr std::chrono::milliseconds between_attempts{250};
constexpr std::size_t longest_words = 100;

/// "ok: 200 OK", "failed: 503 Service Unavailable", "failed: connection refused".
std::string summary(const ProbeAnswer& answer, bool report_follows) {
  if (answer.status == 0) return "failed: " + answer.problem;
  auto line = (answer.is_good() ? "ok: " : "failed: ") + std::to_string(answer.status);
  auto words = answer.body.substr(0, std::min({answer.body.find('\n'), answer.body.size(), longest_words}));
  for (char& c : words)
    if (c < ' ' || c > '~') c = '?';
  return words.empty() || report_follows ? line : line + ' ' + words;
}

void print(std::FILE* stream, std::string_view text) { std::fwrite(text.data(), 1, text.size(), stream); }

}  // namespace

int run_probe(std::span<const char* const> words, std::string_view default_url) {
  const auto arguments = parse_probe_arguments(words, default_url);
  if (!arguments.error.empty()) {
    print(stderr, "vitals-probe: " + arguments.error + "; see --help\n");
    return wrong_usage;
  }
  if (arguments.help) {
    print(stdout, probe_usage);
    return 0;
  }
  const auto end = std::chrono::steady_clock::now() + arguments.retry_until;
  auto answer = ask(arguments);
  while (!answer.is_good() && std::chrono::steady_clock::now() + between_attempts < end) {
    ::poll(nullptr, 0, static_cast<int>(between_attempts.count()));
    answer = ask(arguments);
  }
  print(stdout, summary(answer, arguments.verbose) + '\n');
  if (arguments.verbose) print(stdout, answer.body);
  return answer.is_good() ? 0 : 1;
}

}  // namespace detail

std::optional<int> probe_main(int argc, const char* const* argv, const char* default_url) {
  if (argc < 2 || std::string_view{argv[1]} != "--health") return std::nullopt;
  return detail::run_probe({argv + 2, static_cast<std::size_t>(argc - 2)}, default_url == nullptr ? "" : default_url);
}

}  // namespace vitals::inline v1
