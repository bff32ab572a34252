#include "grpc/watchers.hpp"

namespace vitals::inline v1 {
namespace detail {

Watchers::Place Watchers::add(WatchStream& stream, std::optional<std::size_t> service) {
  std::list<Watcher> one;
  one.push_back({.stream = &stream, .service = service});
  const auto place = one.begin();
  const Lock lock{mutex_};
  watchers_.splice(watchers_.end(), one);
  ++count_;
  return place;
}

// Counted before its status is read: whoever changes the status afterwards finds that there is a watcher.
void Watchers::begin(Place place) noexcept {
  change(place, [](Watch& watch) { watch.begin(); });
}

void Watchers::written(Place place, bool ok) noexcept {
  change(place, [ok](Watch& watch) { watch.written(ok); });
}

void Watchers::cancel(Place place) noexcept {
  change(place, [](Watch& watch) { watch.cancel(); });
}

void Watchers::remove(Place place) noexcept {
  std::list<Watcher> one;
  const Lock lock{mutex_};
  one.splice(one.end(), watchers_, place);
  --count_;
}

// A step stays in its watcher until it has been carried out: until then next() only says `wait`.
bool Watchers::decide(Watcher& watcher) const noexcept {
  const bool shut_down = services_->is_shut_down();  // first: the status of a service that is shut down is NOT_SERVING
  const auto status = services_->status(watcher.service);
  const auto step = watcher.watch.next(status, shut_down);
  if (step == Watch::Step::wait) return false;
  watcher.step = step;
  watcher.status = status;
  return true;
}

// From a step until it has been carried out, and written() called if it writes, the stream can't end.
template <class Change>
void Watchers::change(Place place, Change change) noexcept {
  {
    const Lock lock{mutex_};
    change(place->watch);
    if (!decide(*place)) return;
  }
  place->stream->carry_out(place->step, place->status);
}

void Watchers::refresh() noexcept {
  wanted_ = false;  // first: a change after this wants another one
  Watcher* first = nullptr;
  {
    const Lock lock{mutex_};
    for (auto& watcher : watchers_)
      if (decide(watcher)) watcher.next = std::exchange(first, &watcher);
  }
  // The next one is read first: a stream that has carried out its step may be gone.
  while (first != nullptr) {
    auto* const watcher = std::exchange(first, first->next);
    watcher->stream->carry_out(watcher->step, watcher->status);
  }
}

}  // namespace detail
}  // namespace vitals::inline v1
