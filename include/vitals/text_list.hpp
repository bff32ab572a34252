#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <cstddef>
#include <initializer_list>
#include <string>

#include <vitals/export.hpp>
#include <vitals/text.hpp>

namespace vitals::inline v1 {

/// A list of texts in an option, such as the paths of a probe.
///
/// @code
/// vitals::Endpoint endpoint{health, {.readiness_paths = {"/up", base + "/ready"}, .startup_paths = {}}};
/// @endcode
///
/// It is no std::vector because `{{"/a", "/b"}}` would be one std::string there, made of two unrelated pointers. Here
/// it is the list of both.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class VITALS_EXPORT TextList {
 public:
  using value_type = std::string;
  using const_iterator = const std::string*;

  TextList() noexcept = default;
  TextList(std::initializer_list<Text> texts) : TextList{texts.begin(), texts.size()} {}
  /// The texts of a container, such as a std::vector<std::string>.
  // clang-format off
  template <class Texts>
  requires requires(const Texts& texts) { Text{*texts.begin()}; texts.end(); }
  TextList(const Texts& texts) : TextList{} {
    for (const auto& text : texts) add(text);
  }
  // clang-format on
  TextList(const TextList& other);
  TextList(TextList&& other) noexcept;
  TextList& operator=(const TextList& other);
  TextList& operator=(TextList&& other) noexcept;
  ~TextList();

  /// Appends a text.
  void add(Text text);

  [[nodiscard]] const std::string* begin() const noexcept { return texts_; }
  [[nodiscard]] const std::string* end() const noexcept { return texts_ + size_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  [[nodiscard]] bool operator==(const TextList& other) const noexcept;

 private:
  TextList(const Text* texts, std::size_t size);

  std::string* texts_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace vitals::inline v1

#endif
