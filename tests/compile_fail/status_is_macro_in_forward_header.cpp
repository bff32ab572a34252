#define Status int  // as in X11's headers

#ifndef WRONG
#undef Status
#endif

#include <vitals/fwd.hpp>

vitals::Status worst();
