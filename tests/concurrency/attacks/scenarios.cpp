#include "scenarios.hpp"

namespace vitals_test {

const std::map<std::string_view, Scenario>& scenarios() {
  static const std::map<std::string_view, Scenario> all{
      {"all-hung", every_check_hangs},
      {"remote-hung", remote_checks_hang_beside_live_ones},
      {"endless-run", a_run_outlasts_the_budget},
      {"slow-together", slow_checks_run_together},
      {"liveness-beside-hung", liveness_beside_hung_checks},
      {"mutex-of-a-listener", a_check_holds_the_mutex_of_a_listener},
      {"full-pipe", a_listener_writes_to_a_full_pipe},
      {"blocked-io-context", the_io_context_is_blocked},
      {"ten-thousand", ten_thousand_checks},
      {"ten-thousand-with-hung", ten_thousand_checks_with_hung_ones},
      {"closed-loop", probers_in_a_closed_loop},
      {"no-new-threads", threads_cannot_be_created},
      {"idle-threads", threads_go_after_idling},
  };
  return all;
}

}  // namespace vitals_test
