#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "checks/run_limit.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Resolves host names within a time limit.
///
/// getaddrinfo() can't be interrupted, and a silent name server blocks it for tens of seconds. So it is called on a
/// thread of its own. Each resolver has at most one; other runs wait for it meanwhile, within their limits.
///
/// One silent name therefore holds up those behind it until the C library gives up. The next run gets the answers that
/// the thread has found by then, and from then on that name is looked up last.
class HostResolver {
 public:
  struct Answer {
    std::vector<std::string> addresses = {};  ///< Numeric, in the order in which to try them.
    std::string error = {};                   ///< Set if there are no addresses.
  };
  /// By name. A missing name isn't resolved yet.
  using Answers = std::map<std::string, Answer>;
  enum class Wanted {
    all_answers,  ///< The addresses or the error of every name.
    an_address,   ///< An address of any name.
  };

  /// Waits until the wanted answers are known, but ends when all names are looked up, at `until`, or at the run's
  /// limit.
  /// @returns All answers that are known then.
  Answers resolve(const std::vector<std::string>& names, const RunLimit& limit, RunLimit::Time until, Wanted wanted);

 private:
  struct Work;

  std::shared_ptr<Work> join_or_start(const std::vector<std::string>& names);
  std::vector<std::string> in_order(const std::vector<std::string>& names) const;
  void put_last(const std::string& name);

  std::mutex mutex_;
  std::shared_ptr<Work> work_;
  std::vector<std::string> late_;  ///< Names for which a run has waited in vain, the most recent one last.
};

/// The numeric form of `host` if it is an address, else empty. Never blocks.
[[nodiscard]] std::string numeric_address(const std::string& host);

}  // namespace detail
}  // namespace vitals::inline v1
