#include "server/request_cache.hpp"

namespace vitals::inline v1 {
namespace detail {

auto RequestCache::keep(std::string_view head, bool is_local, const Question& question,
                        Persistence persistence) noexcept -> Request* {
  if (head.size() > max_head_size) return nullptr;
  auto& entry = entries_[next_++ % entries_.size()];
  entry.head.clear();  // first, so that the entry is never half of one request and half of another
  entry.request.reply.clear();
  try {
    entry.is_local = is_local;
    entry.request.question = question;
    entry.request.persistence = persistence;
    entry.head = head;
    return &entry.request;
  } catch (...) {
    return nullptr;  // out of memory: it isn't kept
  }
}

}  // namespace detail
}  // namespace vitals::inline v1
