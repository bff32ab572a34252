#pragma once

#include <memory>
#include <string>

#include <vitals/registry.hpp>

#include "notes_store.hpp"
#include "options.hpp"

namespace notes {

/// Opens the database that the options name, and registers the readiness check that belongs to it. Doesn't connect.
///
/// @throws UsageError  if the URL is of no use; its text holds nothing of the URL.
std::unique_ptr<NotesStore> open_database(const Options& options, vitals::HealthRegistry& health);

}  // namespace notes
