#pragma once

#include <memory>
#include <string>

#include <vitals/registry.hpp>

#include "notes_store.hpp"
#include "options.hpp"

namespace notes {

/// Opens the database that the options name, and registers its readiness check. Doesn't connect yet.
///
/// @throws UsageError  if the URL is unusable; the message holds nothing of the URL.
std::unique_ptr<NotesStore> open_database(const Options& options, vitals::HealthRegistry& health);

}  // namespace notes
