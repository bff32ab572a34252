#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

/// Marks what belongs to the interface of a shared build of the library.
#if defined(__GNUC__)
#define VITALS_EXPORT [[gnu::visibility("default")]]
#else
#define VITALS_EXPORT
#endif

#endif
