#pragma once

#include <memory>
#include <string>

#include "notes_store.hpp"

namespace notes {

std::unique_ptr<NotesStore> open_postgres_notes(std::string url);

}  // namespace notes
