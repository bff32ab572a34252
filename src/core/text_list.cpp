#include <algorithm>
#include <memory>
#include <utility>

#include <vitals/text_list.hpp>

namespace vitals::inline v1 {

TextList::TextList(const Text* texts, std::size_t size) : texts_{new std::string[size]}, size_{size} {
  std::unique_ptr<std::string[]> owned{texts_};  // copying may throw, and then no destructor runs
  std::copy(texts, texts + size, texts_);
  static_cast<void>(owned.release());
}

TextList::TextList(const TextList& other) {
  auto copy = std::make_unique<std::string[]>(other.size_);
  std::copy(other.begin(), other.end(), copy.get());
  texts_ = copy.release();
  size_ = other.size_;
}

TextList::TextList(TextList&& other) noexcept
    : texts_{std::exchange(other.texts_, nullptr)}, size_{std::exchange(other.size_, 0)} {}

TextList& TextList::operator=(const TextList& other) { return *this = TextList{other}; }

TextList& TextList::operator=(TextList&& other) noexcept {
  std::swap(texts_, other.texts_);
  std::swap(size_, other.size_);
  return *this;
}

TextList::~TextList() { delete[] texts_; }

void TextList::add(Text text) {
  auto more = std::make_unique<std::string[]>(size_ + 1);
  more[size_] = std::string_view{text};  // first, since it may be a view of one of ours
  std::move(texts_, texts_ + size_, more.get());
  delete[] std::exchange(texts_, more.release());
  ++size_;
}

bool TextList::operator==(const TextList& other) const noexcept {
  return std::equal(begin(), end(), other.begin(), other.end());
}

}  // namespace vitals::inline v1
