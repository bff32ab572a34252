#pragma once

#include <optional>
#include <string_view>

#include <vitals/status.hpp>

#include "http/resource.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The answers of a probe's paths, and of `/health`, which is about all probes: terse text, verbose text or JSON.
class ProbeResource : public Resource {
 public:
  /// @param probe  Nothing: all three.
  explicit ProbeResource(std::optional<Probe> probe) noexcept : probe_{probe} {}

  [[nodiscard]] ProbeSet needs() const noexcept override { return probe_ ? ProbeSet::of(*probe_) : ProbeSet::all(); }
  [[nodiscard]] std::string_view subject() const noexcept override { return probe_ ? to_string(*probe_) : "all"; }
  [[nodiscard]] bool has_checks() const noexcept override { return true; }
  [[nodiscard]] bool is_for_other_origins() const noexcept override { return !probe_; }
  [[nodiscard]] std::size_t variants() const noexcept override { return end; }
  void read(const Wish& wish, Question& question) const override;
  [[nodiscard]] bool needs_reports(const Question& question) const noexcept override;
  [[nodiscard]] Rendered write(const View& view, const Question& question) const override;
  [[nodiscard]] Rendered write(const CheckReport& check, WallTime time, const Question& question) const override;

 protected:
  enum Variant : std::size_t { terse, verbose, json, end };

 private:
  std::optional<Probe> probe_;
};

}  // namespace detail
}  // namespace vitals::inline v1
