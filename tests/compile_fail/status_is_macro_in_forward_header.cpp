#define Status int  // as X11 has it

#ifndef WRONG
#undef Status
#endif

#include <vitals/fwd.hpp>

vitals::Status worst();
