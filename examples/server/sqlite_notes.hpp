#pragma once

#include <memory>
#include <string>

#include "notes_store.hpp"

namespace notes {

std::unique_ptr<NotesStore> open_sqlite_notes(std::string path);

}  // namespace notes
