#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <vitals/export.hpp>
#include <vitals/http_route.hpp>
#include <vitals/text.hpp>

/// A page for people. Link vitals::page.
namespace vitals::inline v1 {

/// A route that shows the state of health to browsers, and updates itself.
///
/// @code
/// vitals::HealthServer server{health, {.endpoint = {.details = vitals::Callers::anyone, .routes = {vitals::page()}}}};
/// @endcode
///
/// Requests whose Accept header prefers text/html get the page, others what `/health` answers; the status code is the
/// same. The page shows what its caller may see: the service, its links, messages, durations and failures in a row only
/// with details; checks and transitions only with names, else how many checks pass. A browser sends no token, so with
/// Callers::with_token it shows no details. The transitions are the last 50 since the endpoint was made, at most 32 KiB
/// of text.
///
/// The page is one file: no other resource, and a Content-Security-Policy that forbids any. Its script fetches
/// `<path>?feed` every 2 s: the JSON of `/health` with `transitions`, always with status 200. Without JavaScript the
/// page is a table of that moment.
///
/// @param path     As in EndpointOptions. One of EndpointOptions::health_paths is taken over, its JSON included.
/// @param options  Who gets an answer at this path.
[[nodiscard]] VITALS_EXPORT HttpRoute page(Text path = "/health", HttpRouteOptions options = {});

}  // namespace vitals::inline v1

#endif
