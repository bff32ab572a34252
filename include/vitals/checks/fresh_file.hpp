#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <string>

#include <vitals/check_result.hpp>
#include <vitals/clock.hpp>
#include <vitals/export.hpp>
#include <vitals/text.hpp>

namespace vitals::inline v1 {
namespace checks {

/// Whether a file was modified lately: one that a worker touches or writes, in this process or another one.
///
/// @code
/// #include <vitals/checks/fresh_file.hpp>   // link vitals::checks
/// health.add_readiness_check("import", vitals::checks::FreshFile{"/var/lib/notes/imported", 26h});
/// @endcode
///
/// A time in the future, as after a clock was set back, warns; if it is further ahead than the limit, it fails. Data:
/// `age` in seconds. It can't see whether what was written is any good.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class VITALS_EXPORT FreshFile {
 public:
  /// @param max_age  Since the last modification; 1 s to 10 years.
  /// @throws std::invalid_argument  if the path is empty or the age out of range.
  FreshFile(Text path, Duration max_age);

  CheckResult operator()() const;

 private:
  std::string path_;
  Duration max_age_;
};

}  // namespace checks
}  // namespace vitals::inline v1

#endif
