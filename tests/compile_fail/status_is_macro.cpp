#define Status int  // as X11 has it

#ifndef WRONG
#undef Status
#endif

#include <vitals/vitals.hpp>

bool is_well(const vitals::CheckResult& result) { return result.status() == vitals::Status::pass; }
