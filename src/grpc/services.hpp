#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <vitals/grpc.hpp>

#include "core/model/health_model.hpp"
#include "grpc/messages.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The services that a server knows by name, and their present status.
///
/// update() is for one thread at a time; everything else may be called meanwhile, and takes no lock.
class Services {
 public:
  /// @throws std::invalid_argument  naming the service and the rule.
  explicit Services(const std::vector<GrpcHealthName>& names);

  /// Takes over what a settled model says. @returns Whether anything has changed.
  bool update(const HealthModel& model, SteadyTime now) noexcept;
  /// From now on all known services are NOT_SERVING.
  void shut_down() noexcept { shut_down_.store(true); }
  [[nodiscard]] bool is_shut_down() const noexcept { return shut_down_.load(); }

  /// Nullopt if there is no service of that name.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const noexcept;
  /// Of one that find() has returned; SERVICE_UNKNOWN if nullopt.
  [[nodiscard]] ServingStatus status(std::optional<std::size_t> service) const noexcept;
  /// The probes whose checks it may show, and the check if it shows one.
  [[nodiscard]] std::pair<ProbeSet, std::string_view> shown_by(std::size_t service) const noexcept;
  /// The known ones.
  [[nodiscard]] std::vector<std::pair<std::string_view, ServingStatus>> list() const;

 private:
  struct Service {
    explicit Service(GrpcHealthName given) : name{std::move(given)} {}

    const GrpcHealthName name;
    std::atomic<ServingStatus> status = ServingStatus::not_serving;
  };

  void add(GrpcHealthName name);

  std::deque<Service> services_;
  std::atomic<bool> shut_down_ = false;
};

}  // namespace detail
}  // namespace vitals::inline v1
