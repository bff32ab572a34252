#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

/// The library in one header: registry, checks, runner, endpoint, server and lifecycle. The opt-in headers are included
/// one by one.
#include <vitals/check.hpp>
#include <vitals/check_result.hpp>
#include <vitals/clock.hpp>
#include <vitals/endpoint.hpp>
#include <vitals/error.hpp>
#include <vitals/handles.hpp>
#include <vitals/health_event.hpp>
#include <vitals/heartbeat.hpp>
#include <vitals/heartbeat_group.hpp>
#include <vitals/lifecycle.hpp>
#include <vitals/log.hpp>
#include <vitals/metrics.hpp>
#include <vitals/pushed_check.hpp>
#include <vitals/registry.hpp>
#include <vitals/report.hpp>
#include <vitals/runner.hpp>
#include <vitals/schedule.hpp>
#include <vitals/server.hpp>
#include <vitals/status.hpp>
#include <vitals/text.hpp>
#include <vitals/text_list.hpp>
#include <vitals/version.hpp>

#endif
