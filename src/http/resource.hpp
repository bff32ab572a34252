#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/http_route.hpp>
#include <vitals/rendered.hpp>
#include <vitals/report.hpp>

#include "core/model/probe_set.hpp"
#include "http/question.hpp"
#include "http/view.hpp"

namespace vitals::inline v1 {
namespace detail {

struct RegistryState;

/// The parts of a request that decide which body it gets.
struct Wish {
  std::string_view query = {};
  std::string_view accept = {};
};

/// What an endpoint answers at a path, without the path. Each kind has a header and an object file of its own, so that
/// unused kinds aren't linked.
///
/// @par Thread safety  Shared objects: safe.
class Resource {
 public:
  Resource() = default;
  Resource(const Resource&) = delete;
  Resource& operator=(const Resource&) = delete;
  virtual ~Resource() = default;

  /// The resource as one endpoint of this registry serves it; null: as it is.
  [[nodiscard]] virtual std::shared_ptr<const Resource> attached(const std::shared_ptr<RegistryState>& state) const {
    static_cast<void>(state);
    return nullptr;
  }

  /// The probes whose runs an answer needs, and waits for.
  [[nodiscard]] virtual ProbeSet needs() const noexcept = 0;
  /// The probes that it shows.
  [[nodiscard]] virtual ProbeSet shows() const noexcept { return needs(); }
  /// What it is about, for the label `probe` of metrics.
  [[nodiscard]] virtual std::string_view subject() const noexcept { return "none"; }
  /// Whether the resource answers below its path, too: `<path>/<check>`.
  [[nodiscard]] virtual bool has_checks() const noexcept { return false; }
  /// Whether it answers as `/health` does, too, and so may have one of its paths.
  [[nodiscard]] virtual bool answers_for_health() const noexcept { return false; }
  /// Whether pages of another origin may read it: see EndpointOptions::allow_origin.
  [[nodiscard]] virtual bool is_for_other_origins() const noexcept { return false; }
  /// The sight that shows all that there is to see.
  [[nodiscard]] virtual Sight finest() const noexcept { return Sight::details; }
  /// How many different bodies it has for one sight.
  [[nodiscard]] virtual std::size_t variants() const noexcept { return 1; }
  /// Chooses variant and media type, and reads what else the resource takes from a query.
  virtual void read(const Wish& wish, Question& question) const {
    static_cast<void>(wish), static_cast<void>(question);
  }
  /// False if the worst status suffices for the body. The cost then doesn't grow with the number of checks.
  [[nodiscard]] virtual bool needs_reports(const Question& question) const noexcept {
    static_cast<void>(question);
    return true;
  }
  /// Whether a body of the present state may be replaced by an older one that is still being sent. Large bodies for
  /// slow readers are then bounded in number.
  [[nodiscard]] virtual bool may_lag() const noexcept { return false; }

  /// The body; its media type may be empty, and is then that of the question.
  [[nodiscard]] virtual Rendered write(const View& view, const Question& question) const = 0;
  /// One check's own status, for resources with checks.
  [[nodiscard]] virtual Rendered write(const CheckReport& check, WallTime time, const Question& question) const {
    static_cast<void>(check), static_cast<void>(time), static_cast<void>(question);
    return {};
  }
  /// More header fields of a body; null: none. They live as long as the resource.
  [[nodiscard]] virtual const std::vector<HttpHeader>* headers(const Question& question) const noexcept {
    static_cast<void>(question);
    return nullptr;
  }
  /// What precedes each body, because it changes without a result. Called on the thread that answers.
  [[nodiscard]] virtual std::string prefix(RegistryState& state) const {
    static_cast<void>(state);
    return {};
  }

  /// The call of the application's code that the question needs; null if write() is all.
  [[nodiscard]] virtual std::shared_ptr<UserCall> call_for(const HttpRequest& request, const Question& question) const {
    static_cast<void>(request), static_cast<void>(question);
    return nullptr;
  }
};

}  // namespace detail
}  // namespace vitals::inline v1
