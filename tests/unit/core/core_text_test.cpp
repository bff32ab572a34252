#include <chrono>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "core/base/text.hpp"

namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;
using vitals::detail::is_name;
using vitals::detail::mended_name;
using vitals::detail::safe_text;
using vitals::detail::spoken;
using vitals::detail::spoken_span;

constexpr std::string_view replacement = "\xEF\xBF\xBD";

std::string repaired(std::string_view text) { return safe_text(text, 1024); }

std::string replacements(int count) {
  std::string text;
  while (count-- > 0) text += replacement;
  return text;
}

TEST(SafeTextTest, KeepsAsciiAsItIs) {
  EXPECT_EQ(repaired("connection refused (111) ~!"), "connection refused (111) ~!");
  EXPECT_EQ(repaired(""), "");
}

TEST(SafeTextTest, KeepsCharactersOfEveryLength) {
  const auto text = "\u00FC \u20AC \uFFFD \U0001F600 \U0010FFFF"sv;

  EXPECT_EQ(repaired(text), text);
}

TEST(SafeTextTest, KeepsTheCharactersNextToTheSurrogates) {
  const auto text = "\xED\x9F\xBF\xEE\x80\x80"sv;  // U+D7FF, U+E000

  EXPECT_EQ(repaired(text), text);
}

TEST(SafeTextTest, ReplacesAByteThatBeginsNoCharacter) {
  EXPECT_EQ(repaired("a\xFFz"), "a" + replacements(1) + "z");
  EXPECT_EQ(repaired("a\x80z"), "a" + replacements(1) + "z");
  EXPECT_EQ(repaired("a\xF5z"), "a" + replacements(1) + "z");
}

TEST(SafeTextTest, ReplacesEachByteOfAnOverlongForm) {
  EXPECT_EQ(repaired("\xC0\xAF"), replacements(2));
  EXPECT_EQ(repaired("\xC1\xBF"), replacements(2));
  EXPECT_EQ(repaired("\xE0\x80\xAF"), replacements(3));
  EXPECT_EQ(repaired("\xF0\x80\x80\xAF"), replacements(4));
}

TEST(SafeTextTest, ReplacesEachByteOfASurrogate) { EXPECT_EQ(repaired("\xED\xA0\x80"), replacements(3)); }

TEST(SafeTextTest, ReplacesWhatLiesBeyondUnicode) { EXPECT_EQ(repaired("\xF4\x90\x80\x80"), replacements(4)); }

TEST(SafeTextTest, ReplacesATruncatedCharacterOnce) {
  EXPECT_EQ(repaired("\xE2\x82"), replacements(1));
  EXPECT_EQ(repaired("\xF0\x9F\x98 after"), replacements(1) + " after");
}

TEST(SafeTextTest, DoesNotSwallowWhatFollowsATruncatedCharacter) {
  EXPECT_EQ(repaired("\xE2\x82\xC3\xBC"), replacements(1) + "\u00FC");
}

TEST(SafeTextTest, TurnsC0ControlsAndDeleteIntoSpaces) {
  EXPECT_EQ(repaired("a\nb\rc\td\x1B"sv), "a b c d ");
  EXPECT_EQ(repaired("a\0b\x7F"sv), "a b ");
}

TEST(SafeTextTest, TurnsC1ControlsIntoOneSpaceEach) {
  EXPECT_EQ(repaired("a\u0080b\u0085c\u009Fd"), "a b c d");
  EXPECT_EQ(repaired("\u00A0"), "\u00A0");
}

TEST(SafeTextTest, CutsAtTheLimit) {
  EXPECT_EQ(safe_text(std::string(1024, 'x'), 1024), std::string(1024, 'x'));
  EXPECT_EQ(safe_text(std::string(1025, 'x'), 1024), std::string(1024, 'x'));
}

TEST(SafeTextTest, CutsBetweenCharacters) {
  EXPECT_EQ(safe_text("abc\u20AC", 6), "abc\u20AC");
  EXPECT_EQ(safe_text("abc\u20AC", 5), "abc");
}

TEST(SafeTextTest, CountsWhatReplacesNotWhatIsReplaced) { EXPECT_EQ(safe_text("\xFF\xFF\xFF", 8), replacements(2)); }

TEST(SafeTextTest, AddsNothingAfterTheCut) { EXPECT_EQ(safe_text("abc\u20ACd", 5), "abc"); }

TEST(NameTest, HasOneToSixtyFourCharacters) {
  EXPECT_FALSE(is_name(""));
  EXPECT_TRUE(is_name("a"));
  EXPECT_TRUE(is_name(std::string(64, 'a')));
  EXPECT_FALSE(is_name(std::string(65, 'a')));
}

TEST(NameTest, BeginsWithALetterOrADigit) {
  EXPECT_TRUE(is_name("0-a"));
  EXPECT_FALSE(is_name("-a"));
  EXPECT_FALSE(is_name(".a"));
  EXPECT_FALSE(is_name("_a"));
}

TEST(NameTest, HasNothingButLowerCaseLettersDigitsDotsDashesAndUnderscores) {
  EXPECT_TRUE(is_name("orders.queue_2-eu"));
  for (const auto name : {"Orders", "a b", "a/b", "a:b", "a\"b", "a\u00FC", "a\n", "a{", "a`"})
    EXPECT_FALSE(is_name(name)) << name;
  EXPECT_FALSE(is_name("a\0"sv));
}

TEST(MendedNameTest, LeavesAValidNameAsItIs) { EXPECT_EQ(mended_name("queue.depth_2-eu"), "queue.depth_2-eu"); }

TEST(MendedNameTest, LowersUpperCaseAndReplacesTheRest) { EXPECT_EQ(mended_name("Queue Depth/s"), "queue_depth_s"); }

TEST(MendedNameTest, MakesANameOfAnything) {
  for (const auto text : {""sv, " "sv, "-"sv, "_depth"sv, "\xFF\xFF"sv, "\0"sv, "\u00FC\u00FC"sv})
    EXPECT_TRUE(is_name(mended_name(text))) << text;
  EXPECT_TRUE(is_name(mended_name(std::string(1000, '-'))));
  EXPECT_TRUE(is_name(mended_name(std::string(1000, 'K'))));
}

TEST(SpokenTest, ChoosesTheLargestUnitThatFits) {
  EXPECT_EQ(spoken(500ms), "500 ms");
  EXPECT_EQ(spoken(5s), "5 s");
  EXPECT_EQ(spoken(10min), "10 min");
  EXPECT_EQ(spoken(24h), "24 h");
  EXPECT_EQ(spoken(20us), "20 us");
  EXPECT_EQ(spoken(7ns), "7 ns");
}

TEST(SpokenTest, SaysFractions) {
  EXPECT_EQ(spoken(1500ms), "1.5 s");
  EXPECT_EQ(spoken(90s), "1.5 min");
}

TEST(SpokenTest, SaysZeroAndWhatIsBelow) {
  EXPECT_EQ(spoken(0s), "0 ns");
  EXPECT_EQ(spoken(-5ns), "-5 ns");
}

TEST(SpokenSpanTest, SaysMilliseconds) {
  EXPECT_EQ(spoken_span(1ms), "1 ms");
  EXPECT_EQ(spoken_span(500ms), "500 ms");
  EXPECT_EQ(spoken_span(999'999us), "999 ms");
}

TEST(SpokenSpanTest, SaysSecondsAndTheirTenths) {
  EXPECT_EQ(spoken_span(1s), "1 s");
  EXPECT_EQ(spoken_span(1500ms), "1.5 s");
  EXPECT_EQ(spoken_span(10'099ms), "10 s");
  EXPECT_EQ(spoken_span(59'999ms), "59.9 s");
}

TEST(SpokenSpanTest, SaysTwoUnitsAtMost) {
  EXPECT_EQ(spoken_span(2min + 5s + 999ms), "2 min 5 s");
  EXPECT_EQ(spoken_span(3h + 12min + 59s), "3 h 12 min");
  EXPECT_EQ(spoken_span(24h * 40 + 2h + 59min), "40 d 2 h");
}

TEST(SpokenSpanTest, LeavesOutASecondUnitThatIsZero) {
  EXPECT_EQ(spoken_span(1min), "1 min");
  EXPECT_EQ(spoken_span(1h + 59s), "1 h");
  EXPECT_EQ(spoken_span(24h + 59min), "1 d");
}

TEST(SpokenSpanTest, BeginsANewUnitWhereTheOneBeforeEnds) {
  EXPECT_EQ(spoken_span(59min + 59s), "59 min 59 s");
  EXPECT_EQ(spoken_span(24h - 1ns), "23 h 59 min");
  EXPECT_EQ(spoken_span(24h), "1 d");
}

TEST(SpokenSpanTest, SaysZeroForVeryShortSpans) {
  EXPECT_EQ(spoken_span(0s), "0 ms");
  EXPECT_EQ(spoken_span(999us), "0 ms");
  EXPECT_EQ(spoken_span(-1h), "0 ms");
}

}  // namespace
