// The number of a datum may have any type: a matcher of ints would miss the others.
// errors when wrong: 1
#include <gmock/gmock.h>

#include <vitals/testing_gmock.hpp>

testing::Matcher<vitals::CheckResult> deep() {
#ifdef WRONG
  return vitals::test::HasDatum("depth", testing::Matcher<int>{12});
#else
  return vitals::test::HasDatum("depth", testing::Ge(12));
#endif
}
