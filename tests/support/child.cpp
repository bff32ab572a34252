#include "support/child.hpp"

// ThreadSanitizer would end a child that starts threads. In a child, memory that only another thread of the parent has
// referred to would count as a leak.
extern "C" {
const char* __tsan_default_options();
const char* __tsan_default_options() { return "die_after_fork=0:report_thread_leaks=0"; }
int __lsan_is_turned_off();
int __lsan_is_turned_off() { return vitals_test::Child::in_child() ? 1 : 0; }
}
