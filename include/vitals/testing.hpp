#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

/// The test kit in one header; link vitals::testing. For GoogleMock's matchers there is vitals/testing_gmock.hpp.
#include <vitals/testing/fetch.hpp>
#include <vitals/testing/kubelet.hpp>
#include <vitals/testing/manual_clock.hpp>
#include <vitals/testing/run.hpp>
#include <vitals/testing/scripted_check.hpp>
#include <vitals/testing/server.hpp>

#endif
