// An older language standard gets one error, not a hundred.
// standard when wrong: c++17
// errors when wrong: 1
#include <vitals/vitals.hpp>
