#define Status int  // as in X11's headers

#ifndef WRONG
#undef Status
#endif

#include <vitals/vitals.hpp>

bool is_well(const vitals::CheckResult& result) { return result.status() == vitals::Status::pass; }
