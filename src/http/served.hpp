#pragma once

#include <memory>
#include <utility>

#include <vitals/http_route.hpp>

#include "http/kept_bodies.hpp"
#include "http/resource.hpp"
#include "http/user_calls.hpp"

namespace vitals::inline v1 {
namespace detail {

/// A resource as one endpoint serves it.
///
/// @par Thread safety  Shared objects: safe.
struct Served : std::enable_shared_from_this<Served> {
  Served(std::shared_ptr<const Resource> the_resource, Callers the_callers)
      : resource{std::move(the_resource)}, callers{the_callers}, shows{resource->shows()}, kept{resource->variants()} {}

  const std::shared_ptr<const Resource> resource;
  const Callers callers;  ///< Others get 404.
  const ProbeSet shows;
  mutable KeptBodies kept;
  mutable UserCalls calls = {};
};

}  // namespace detail
}  // namespace vitals::inline v1
