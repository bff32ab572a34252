#include <chrono>
#include <ostream>
#include <string>

#include <vitals/clock.hpp>
#include <vitals/error.hpp>
#include <vitals/status.hpp>
#include <vitals/version.hpp>

#define VITALS_TEXT_OF(x) #x
#define VITALS_TEXT(x) VITALS_TEXT_OF(x)

namespace vitals::inline v1 {
namespace {

class Category final : public std::error_category {
  [[nodiscard]] const char* name() const noexcept override { return "vitals"; }
  [[nodiscard]] std::string message(int value) const override {
    switch (static_cast<Errc>(value)) {
      case Errc::already_started: return "the server has already been started";
      case Errc::unusable_certificate: return "unusable certificate or key";
    }
    return "unknown error";
  }
};

}  // namespace

std::string_view version() noexcept {
  return VITALS_TEXT(VITALS_VERSION_MAJOR) "." VITALS_TEXT(VITALS_VERSION_MINOR) "." VITALS_TEXT(VITALS_VERSION_PATCH);
}

const std::error_category& error_category() noexcept {
  static const Category category;
  return category;
}

Clock::Source::~Source() = default;

SteadyTime Clock::steady_now() const noexcept {
  return source_ ? source_->steady_now() : std::chrono::steady_clock::now();
}

WallTime Clock::wall_now() const noexcept { return source_ ? source_->wall_now() : std::chrono::system_clock::now(); }

std::ostream& operator<<(std::ostream& out, Status status) { return out << to_string(status); }

std::ostream& operator<<(std::ostream& out, Probe probe) { return out << to_string(probe); }

}  // namespace vitals::inline v1
