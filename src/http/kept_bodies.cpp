#include "http/kept_bodies.hpp"

#include <utility>

namespace vitals::inline v1 {
namespace detail {
namespace {

std::size_t index_of_body(Format format) noexcept {
  switch (format) {
    case Format::text: return 0;
    case Format::verbose_text: return 1;
    case Format::health_json:
    case Format::json: return 2;
  }
  return 0;
}

}  // namespace

std::size_t KeptBodies::index_of_slot(const Route& route) noexcept {
  const std::size_t subject = route.probe ? index_of(*route.probe) : all_probes.size();
  return subject * 3 + index_of_body(route.format);
}

std::shared_ptr<const KeptBody> KeptBodies::find(const Route& route) const {
  const Slot& slot = slots_[index_of_slot(route)];
  const std::lock_guard lock{slot.mutex};
  return slot.body;
}

std::shared_ptr<const KeptBody> KeptBodies::renew(const Route& route, const Writer& write) {
  Slot& slot = slots_[index_of_slot(route)];
  const auto begun_before = slot.begun.load();
  const std::lock_guard writing{slot.writing};
  if (slot.written > begun_before) return find(route);
  const auto number = ++slot.begun;
  auto body = write();
  {
    auto kept = body;
    const std::lock_guard lock{slot.mutex};
    slot.body.swap(kept);
  }
  slot.written = number;
  return body;
}

}  // namespace detail
}  // namespace vitals::inline v1
