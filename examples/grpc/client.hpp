#pragma once

#include <functional>

/// Adds notes by a channel that uses only servers which say that they are healthy, and has the service ended meanwhile.
/// @returns Whether all went well.
bool play_client(int port, const std::function<void()>& end_service);
