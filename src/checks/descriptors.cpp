#include <cerrno>
#include <cstdint>
#include <dirent.h>
#include <memory>
#include <string>
#include <sys/resource.h>
#include <system_error>

#include <vitals/checks/descriptors.hpp>

#include "checks/amounts.hpp"

namespace vitals::inline v1 {
namespace checks {
namespace {

struct Close {
  void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};

/// The entries of a folder but "." and "..", and but the descriptor that reads them.
std::uint64_t entries_of(DIR* folder) {
  std::uint64_t count = 0;
  while (const auto* entry = ::readdir(folder))
    if (entry->d_name[0] != '.') ++count;
  return count > 0 ? count - 1 : 0;
}

}  // namespace

Descriptors::Descriptors(DescriptorsOptions options) : options_{options} {
  detail::require_order("Descriptors", options_.warn_at, options_.fail_at);
}

CheckResult Descriptors::operator()() const {
  struct rlimit limits = {};
  if (::getrlimit(RLIMIT_NOFILE, &limits) != 0) throw std::system_error{errno, std::generic_category(), "getrlimit"};
  const auto limit = static_cast<std::uint64_t>(limits.rlim_cur);
  const std::unique_ptr<DIR, Close> folder{::opendir("/proc/self/fd")};
  if (!folder && errno == EMFILE)
    return CheckResult::fail("all " + std::to_string(limit) + " descriptors are open").with("limit", limit);
  if (!folder) return CheckResult::fail("/proc/self/fd: " + std::generic_category().message(errno));
  const auto open = entries_of(folder.get());
  return detail::judged(detail::share_of({open}, {limit}), options_.warn_at, options_.fail_at,
                        std::to_string(open) + " of " + std::to_string(limit) + " descriptors are open")
      .with("open", open)
      .with("limit", limit);
}

}  // namespace checks
}  // namespace vitals::inline v1
