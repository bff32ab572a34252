#include "tls/tls_files.hpp"

#include <exception>
#include <utility>

#include "tls/server_context.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

constexpr std::chrono::seconds check_interval{1};

}  // namespace

// The marks are taken before the files are read: what is replaced meanwhile is read again.
TlsFiles::TlsFiles(TlsOptions options)
    : options_{std::move(options)}, used_{marks()}, context_{make_server_context(options_)} {}

auto TlsFiles::marks() const noexcept -> Marks {
  return {mark_of(options_.certificate_file), mark_of(options_.key_file), mark_of(options_.chain_file),
          mark_of(options_.client_ca_file)};
}

SSL_CTX* TlsFiles::context(SteadyTime now, std::string& log_line) {
  if (checked_at_ && now - *checked_at_ < check_interval) return context_.get();
  checked_at_ = now;
  const auto present = marks();
  if (present == used_) return context_.get();
  std::string problem;
  try {
    context_ = make_server_context(options_);
    used_ = present;
  } catch (const std::exception& error) {
    problem = error.what();
  }
  // The cause may pass without a change of the files, so it tries again, but says so once.
  const bool is_new = std::exchange(tried_, present) != present || problem_ != problem;
  if (is_new && !problem.empty()) log_line = problem + "; the certificate before it stays in use";
  problem_ = std::move(problem);
  return context_.get();
}

}  // namespace detail
}  // namespace vitals::inline v1
