#pragma once

#include <string>
#include <vector>

#include <vitals/health_event.hpp>

#include "http/view.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The page of this moment. `page.js` writes the same afterwards, from page_feed(); a test compares the two.
///
/// @param latest    The newest first. Their names and reasons are shown as the view's sight allows.
/// @param patience  How long the script waits for an answer.
[[nodiscard]] std::string page_html(const View& view, const std::vector<HealthEvent>& latest, Duration patience);

/// The JSON of `/health` with `transitions`, the newest first: `time`, `probe`, `check` (unless it is about the probe),
/// `from`, `to`, and with details the reason as `output`. Without names there are none.
[[nodiscard]] std::string page_feed(const View& view, const std::vector<HealthEvent>& latest);

}  // namespace detail
}  // namespace vitals::inline v1
