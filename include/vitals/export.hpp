#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

/// Marks what belongs to the interface of a shared build of the library.
#if defined(__GNUC__)
#define VITALS_EXPORT [[gnu::visibility("default")]]
/// Marks what each library of a program has for itself: the dynamic linker would make one of them.
#define VITALS_OWN [[gnu::visibility("hidden")]]
#else
#define VITALS_EXPORT
#define VITALS_OWN
#endif

#endif
