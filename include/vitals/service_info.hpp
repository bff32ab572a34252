#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <cstddef>
#include <initializer_list>
#include <string>

#include <vitals/text.hpp>
#include <vitals/text_list.hpp>

namespace vitals::inline v1 {

/// A link of a service: what it leads to, and a URI.
struct ServiceLink {
  Text name = {};
  Text url = {};
};

/// The links of a service, each name once.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class ServiceLinks {
 public:
  ServiceLinks() noexcept = default;
  ServiceLinks(std::initializer_list<ServiceLink> links) {
    for (const auto& link : links) add(link);
  }
  void add(ServiceLink link) {
    names_.add(link.name);
    urls_.add(link.url);
  }

  [[nodiscard]] std::size_t size() const noexcept { return names_.size(); }
  [[nodiscard]] bool empty() const noexcept { return names_.empty(); }
  [[nodiscard]] const std::string& name(std::size_t i) const noexcept { return names_.begin()[i]; }
  [[nodiscard]] const std::string& url(std::size_t i) const noexcept { return urls_.begin()[i]; }

 private:
  TextList names_;
  TextList urls_;
};

/// Whose health it is: shown on `/health` to those who may see details. Empty texts aren't shown.
///
/// @code
/// vitals::HealthRegistry health{{.service = {.name = "notes", .version = "1.4.2",
///                                            .links = {{"runbook", "https://wiki.example/notes"}}}}};
/// @endcode
struct ServiceInfo {
  std::string name = {};  ///< At most 256 bytes; so is every text here, but URIs may have 2048.
  std::string version = {};
  std::string release_id = {};  ///< Of the build, such as a commit.
  std::string description = {};
  ServiceLinks links = {};  ///< At most 16.
};

}  // namespace vitals::inline v1

#endif
