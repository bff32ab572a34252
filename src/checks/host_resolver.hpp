#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "checks/run_limit.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Resolves host names within a limit.
///
/// getaddrinfo() can't be interrupted, and a silent name server holds it for tens of seconds. So it is called on a
/// thread of its own, of which each resolver has at most one: runs that ask meanwhile wait for that one, within their
/// limits.
///
/// One silent name therefore holds up those behind it until the C library gives it up. What the thread has found by
/// then is the next run's, and from then on that name is looked up last.
class HostResolver {
 public:
  struct Answer {
    std::vector<std::string> addresses = {};  ///< Numeric, in the order in which they should be tried.
    std::string error = {};                   ///< Why there are none.
  };
  /// By name. A name that isn't there isn't resolved yet.
  using Answers = std::map<std::string, Answer>;
  enum class Wanted {
    all_answers,  ///< Of each name: its addresses or the error.
    an_address,   ///< Of any name.
  };

  /// @returns What is known when that is there, when no more is to come, at `until`, or when the run's limit is over.
  Answers resolve(const std::vector<std::string>& names, const RunLimit& limit, RunLimit::Time until, Wanted wanted);

 private:
  struct Work;

  std::shared_ptr<Work> join_or_start(const std::vector<std::string>& names);
  std::vector<std::string> in_order(const std::vector<std::string>& names) const;
  void put_last(const std::string& name);

  std::mutex mutex_;
  std::shared_ptr<Work> work_;
  std::vector<std::string> late_;  ///< Names during whose lookup a run's time was over, the latest one last.
};

/// The host as an address if it is one already, else empty. Never blocks.
[[nodiscard]] std::string numeric_address(const std::string& host);

}  // namespace detail
}  // namespace vitals::inline v1
