// A C++17 program with health routes.

#include <iostream>

#include "../ask.hpp"
#include "health.hpp"

static_assert(__cplusplus < 202002L, "this file must be compiled as C++17");

int main() {
  Health health;

  const bool ready_at_first = is_ready(health.port());
  health.set_ready(true);
  const bool ready_then = is_ready(health.port());

  if (!ready_at_first && ready_then) return 0;
  std::cerr << "ready at first: " << ready_at_first << ", then: " << ready_then << '\n';
  return 1;
}
