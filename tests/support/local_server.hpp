#pragma once

#include <cstdint>

#include <vitals/server.hpp>

namespace vitals_test {

/// A server that only this machine reaches; port 0 picks a free one.
inline vitals::HealthServerOptions local(std::uint16_t port = 0) { return {.address = "127.0.0.1", .port = port}; }

}  // namespace vitals_test
