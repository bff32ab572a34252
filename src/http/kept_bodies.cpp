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

void KeptBodies::keep(const Route& route, std::shared_ptr<const KeptBody> body) {
  Slot& slot = slots_[index_of_slot(route)];
  const std::lock_guard lock{slot.mutex};
  slot.body.swap(body);  // the old one is freed without the lock, with the parameter
}

}  // namespace detail
}  // namespace vitals::inline v1
