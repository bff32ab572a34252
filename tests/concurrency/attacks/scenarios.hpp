#pragma once

#include "attack.hpp"

namespace vitals_test {

void every_check_hangs(Attack& attack);
void remote_checks_hang_beside_live_ones(Attack& attack);
void a_run_outlasts_the_budget(Attack& attack);
void slow_checks_run_together(Attack& attack);
void liveness_beside_hung_checks(Attack& attack);

void a_check_holds_the_mutex_of_a_listener(Attack& attack);
void a_listener_writes_to_a_full_pipe(Attack& attack);
void the_io_context_is_blocked(Attack& attack);

void ten_thousand_checks(Attack& attack);
void ten_thousand_checks_with_hung_ones(Attack& attack);
void probers_in_a_closed_loop(Attack& attack);

void threads_cannot_be_created(Attack& attack);
void threads_go_after_idling(Attack& attack);

}  // namespace vitals_test
