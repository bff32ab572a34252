#include "core/base/utc_text.hpp"

#include <cstddef>

namespace vitals::inline v1 {
namespace detail {
namespace {

/// Overwrites the digits of `text` that end before `end` with `number`; the zeros before it stay.
void put_number(std::string& text, std::size_t end, long number) {
  for (; number != 0; number /= 10) text[--end] = static_cast<char>('0' + number % 10);
}

}  // namespace

std::string utc_text(WallTime time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{floor<milliseconds>(time - day)};
  std::string text = "0000-00-00T00:00:00.000Z";
  put_number(text, 4, static_cast<int>(date.year()));
  put_number(text, 7, static_cast<long>(static_cast<unsigned>(date.month())));
  put_number(text, 10, static_cast<long>(static_cast<unsigned>(date.day())));
  put_number(text, 13, clock.hours().count());
  put_number(text, 16, clock.minutes().count());
  put_number(text, 19, clock.seconds().count());
  put_number(text, 23, clock.subseconds().count());
  return text;
}

}  // namespace detail
}  // namespace vitals::inline v1
