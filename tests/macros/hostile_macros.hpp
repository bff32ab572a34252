#pragma once

// Names that Qt, X11, Windows, glibc and GNU C++ define as macros. Here each expands to something that never compiles,
// so that the real definitions don't matter. X11's Status is missing: see <vitals/status.hpp>.

#define VITALS_HOSTILE ] this name is a macro elsewhere [

// Qt
#define signals VITALS_HOSTILE
#define slots VITALS_HOSTILE
#define emit VITALS_HOSTILE
#define foreach VITALS_HOSTILE
#define forever VITALS_HOSTILE

// X11
#define None VITALS_HOSTILE
#define Bool VITALS_HOSTILE
#define True VITALS_HOSTILE
#define False VITALS_HOSTILE
#define Success VITALS_HOSTILE
#define Always VITALS_HOSTILE
#define Above VITALS_HOSTILE
#define Below VITALS_HOSTILE
#define Complex VITALS_HOSTILE
#define CurrentTime VITALS_HOSTILE
#define Unsorted VITALS_HOSTILE

// glibc and GNU C++
#undef major
#undef minor
#undef unix
#undef linux
#define major VITALS_HOSTILE
#define minor VITALS_HOSTILE
#define unix VITALS_HOSTILE
#define linux VITALS_HOSTILE

// Windows
#define DELETE VITALS_HOSTILE
#define ERROR VITALS_HOSTILE
#define NO_ERROR VITALS_HOSTILE
#define IN VITALS_HOSTILE
#define OUT VITALS_HOSTILE
#define OPTIONAL VITALS_HOSTILE
#define CONST VITALS_HOSTILE
#define VOID VITALS_HOSTILE
#define TRUE VITALS_HOSTILE
#define FALSE VITALS_HOSTILE
#define STRICT VITALS_HOSTILE
#define IGNORE VITALS_HOSTILE
#define ABSOLUTE VITALS_HOSTILE
#define RELATIVE VITALS_HOSTILE
#define small VITALS_HOSTILE
#define near VITALS_HOSTILE
#define far VITALS_HOSTILE
#define interface VITALS_HOSTILE

// Function-like, as on Windows: (std::max)(a, b) and the name alone are fine.
#define min(a, b) VITALS_HOSTILE
#define max(a, b) VITALS_HOSTILE
