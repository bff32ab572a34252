#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/model/result.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The application's own redactor: RegistryOptions::redact. Null if it has none. User code: to be called without a
/// lock, and never on the timer's or the server's thread.
using Redactor = std::shared_ptr<const std::function<std::string(std::string_view)>>;

[[nodiscard]] Redactor make_redactor(std::function<std::string(std::string_view)> redact);

/// Text from outside as it is kept: clean_text(), and then what the redactor makes of it. If that throws, a note.
/// @throws std::bad_alloc  Anything else only if the redactor ends its thread.
[[nodiscard]] std::string redacted(const Redactor& redactor, std::string_view text);

/// The same for the message and the text data of a result, which are clean. The same object if it passes();
/// out_of_memory() if it can't be allocated.
[[nodiscard]] SharedResult redacted(const Redactor& redactor, SharedResult result);

/// Whether the result has no text that the redactor must see.
[[nodiscard]] bool passes(const Redactor& redactor, const SharedResult& result) noexcept;

}  // namespace detail
}  // namespace vitals::inline v1
