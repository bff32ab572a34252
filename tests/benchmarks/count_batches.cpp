// Loaded into a server by LD_PRELOAD, it counts batches of events: how often a call that may wait for events returned
// some. The count is in the first eight bytes of the file that VITALS_BATCHES names.

#include <csignal>
#include <sys/epoll.h>

#include "benchmarks/shared_counter.hpp"

namespace {

constinit vitals_test::SharedCounter batches;

[[gnu::constructor]] void open_counter() { batches.open("VITALS_BATCHES"); }

}  // namespace

extern "C" int epoll_wait(int set, epoll_event* events, int most, int timeout) {
  const int count = epoll_pwait(set, events, most, timeout, nullptr);
  if (timeout != 0 && count > 0) batches.count();
  return count;
}
