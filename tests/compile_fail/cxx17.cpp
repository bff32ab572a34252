// An older language is told so in one line, not in a hundred.
// standard when wrong: c++17
// errors when wrong: 1
#include <vitals/vitals.hpp>
