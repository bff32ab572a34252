#include "server/spare_descriptor.hpp"

#include <cerrno>
#include <fcntl.h>

#include "core/base/own_descriptor.hpp"

namespace vitals::inline v1 {
namespace detail {

namespace {

int open_nothing() noexcept { return ::open("/dev/null", O_RDWR | O_CLOEXEC); }

}  // namespace

StreamPlaceholders::StreamPlaceholders() noexcept {
  for (auto& descriptor : descriptors_) {
    Descriptor lowest{open_nothing()};
    if (!lowest || lowest.get() >= first_own_descriptor) return;
    descriptor = std::move(lowest);
  }
}

void SpareDescriptor::open() noexcept {
  descriptor_ = Descriptor{own_descriptor(open_nothing())};
  // After any other error it gives up: without /dev, for example, it would fail every time.
  wanted_ = descriptor_ || errno == EMFILE || errno == ENFILE || errno == ENOMEM;
}

}  // namespace detail
}  // namespace vitals::inline v1
