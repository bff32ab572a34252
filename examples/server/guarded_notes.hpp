#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <vitals/heartbeat.hpp>

#include "notes_store.hpp"

namespace notes {

/// A store whose calls leave the heartbeat alone: while one is under way, the loop waits for the database, and is
/// alive. The calls are bounded by NotesStore::time_limit and, for
/// resolving a name, by /etc/resolv.conf.
class GuardedNotes final : public NotesStore {
 public:
  GuardedNotes(std::unique_ptr<NotesStore> store, vitals::Heartbeat beat)
      : store_{std::move(store)}, beat_{std::move(beat)} {}

  void create_table() override {
    const auto waiting = beat_.idle();
    store_->create_table();
  }
  std::vector<Note> list() override {
    const auto waiting = beat_.idle();
    return store_->list();
  }
  Note add(const std::string& text) override {
    const auto waiting = beat_.idle();
    return store_->add(text);
  }

 private:
  std::unique_ptr<NotesStore> store_;
  vitals::Heartbeat beat_;
};

}  // namespace notes
