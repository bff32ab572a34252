#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <vitals/heartbeat.hpp>

#include "notes_store.hpp"

namespace notes {

/// A store that marks the worker's heartbeat as idle during each call, because a loop that waits for the database is
/// alive. NotesStore::time_limit bounds the calls; /etc/resolv.conf bounds the resolution of a name.
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
