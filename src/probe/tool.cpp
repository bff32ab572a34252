// The program vitals-probe.

#include <cstddef>

#include "probe/run.hpp"

int main(int argc, char** argv) {
  return vitals::detail::run_probe({argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0)}, {});
}
