// The unit of 5 is missing.
#include <chrono>

#include <vitals/vitals.hpp>

using namespace std::chrono_literals;

vitals::Schedule schedule() {
#ifdef WRONG
  return vitals::every(5);
#else
  return vitals::every(5s);
#endif
}
