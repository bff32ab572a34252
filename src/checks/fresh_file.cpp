#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <sys/stat.h>
#include <system_error>

#include <vitals/checks/fresh_file.hpp>

namespace vitals::inline v1 {
namespace checks {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// "90 s", "3 h 12 min": in whole units.
std::string spoken(Duration span) {
  if (span < minutes{2}) return std::to_string(span / seconds{1}) + " s";
  if (span < hours{2}) return std::to_string(span / minutes{1}) + " min";
  const auto rest = span % hours{1} / minutes{1};
  return std::to_string(span / hours{1}) + " h" + (rest > 0 ? ' ' + std::to_string(rest) + " min" : "");
}

}  // namespace

FreshFile::FreshFile(Text path, Duration max_age) : path_{std::string_view{path}}, max_age_{max_age} {
  constexpr hours ten_years{24 * 3653};
  if (path_.empty()) throw std::invalid_argument{"vitals: FreshFile: the path must not be empty"};
  if (max_age < seconds{1} || max_age > ten_years)
    throw std::invalid_argument{"vitals: FreshFile: the age must be 1 s to 10 years"};
}

CheckResult FreshFile::operator()() const {
  struct stat file = {};
  if (::stat(path_.c_str(), &file) != 0)
    return CheckResult::fail(path_ + ": " + std::generic_category().message(errno));
  constexpr std::int64_t far = 9'000'000'000;  // in 2255: nanoseconds end in 2262, ext4 in 2446
  const Duration modified = seconds{std::clamp<std::int64_t>(file.st_mtim.tv_sec, -far / 2, far)} +
                            std::chrono::nanoseconds{file.st_mtim.tv_nsec};
  const Duration age = std::chrono::system_clock::now().time_since_epoch() - modified;
  const auto result = [&] {
    if (age < -seconds{1}) {
      const auto text = path_ + " was modified " + spoken(-age) + " in the future: the clock may have been set back";
      return -age > max_age_ ? CheckResult::fail(text) : CheckResult::warn(text);
    }
    const auto text = path_ + " was modified " + spoken(std::max(age, Duration::zero())) + " ago";
    return age > max_age_ ? CheckResult::fail(text + ", more than " + spoken(max_age_)) : CheckResult::pass(text);
  }();
  return CheckResult{result}.with("age", age / seconds{1});
}

}  // namespace checks
}  // namespace vitals::inline v1
