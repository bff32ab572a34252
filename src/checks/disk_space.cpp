#include <cerrno>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <sys/statvfs.h>
#include <system_error>

#include <vitals/checks/disk_space.hpp>

#include "checks/amounts.hpp"

namespace vitals::inline v1 {
namespace checks {
namespace {

struct Room {
  Bytes available = {};
  Bytes size = {};  ///< That this user may have in all.
  std::uint64_t available_inodes = 0;
};

// Without the blocks that are reserved for root: root of a user namespace may not have them either.
Room room_of(const struct statvfs& system) {
  const std::uint64_t free = system.f_bavail;
  const std::uint64_t used = system.f_blocks - system.f_bfree;
  return {.available = {free * system.f_frsize},
          .size = {(used + free) * system.f_frsize},
          .available_inodes = system.f_favail};
}

void require_share(const std::optional<Amount>& mark) {
  if (mark && mark->is_share() && !(mark->share().value >= 0 && mark->share().value <= 100))
    throw std::invalid_argument{"vitals: DiskSpace: a share must be 0 to 100 percent"};
}

bool is_less(Bytes available, const std::optional<Amount>& mark, Bytes size) {
  return mark && available < mark->of(size);
}

}  // namespace

DiskSpace::DiskSpace(Text path, DiskSpaceOptions options) : path_{std::string_view{path}}, options_{options} {
  if (path_.empty()) throw std::invalid_argument{"vitals: DiskSpace: the path must not be empty"};
  const auto& [warn, fail] = options_;
  require_share(warn);
  require_share(fail);
  if (!warn || !fail || warn->is_share() != fail->is_share()) return;
  constexpr Bytes sample{std::uint64_t{1} << 50};
  if (fail->of(sample) > warn->of(sample))
    throw std::invalid_argument{"vitals: DiskSpace: fail_below must not exceed warn_below"};
}

CheckResult DiskSpace::operator()() const {
  struct statvfs system = {};
  if (::statvfs(path_.c_str(), &system) != 0)
    return CheckResult::fail(path_ + ": " + std::generic_category().message(errno));
  const auto room = room_of(system);
  auto message = detail::spoken(room.available) + " of " + detail::spoken(room.size) + " available at " + path_;
  CheckResult result = CheckResult::pass(message);
  if ((system.f_flag & ST_RDONLY) != 0)
    result = CheckResult::fail("the file system of " + path_ + " is mounted read-only");
  else if (system.f_files > 0 && room.available_inodes == 0)
    result = CheckResult::fail("no inode is free at " + path_ + "; " + message);
  else if (is_less(room.available, options_.fail_below, room.size))
    result = CheckResult::fail(message);
  else if (is_less(room.available, options_.warn_below, room.size))
    result = CheckResult::warn(message);
  return result.with("available", room.available.count)
      .with("size", room.size.count)
      .with("available_inodes", room.available_inodes);
}

}  // namespace checks
}  // namespace vitals::inline v1
