#pragma once

#include <string>

namespace vitals_test {

// Requests of HTTP/1.1 after which the connection stays open.
inline const std::string get_healthz = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
inline const std::string get_ready = "GET /ready HTTP/1.1\r\nHost: a\r\n\r\n";
inline const std::string get_all = "GET /ready?verbose HTTP/1.1\r\nHost: a\r\n\r\n";

}  // namespace vitals_test
