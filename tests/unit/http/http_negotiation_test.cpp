#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "http/negotiation.hpp"

namespace {

using vitals::detail::accepted_json;

TEST(NegotiationTest, GivesJsonToClientsThatNameIt) {
  EXPECT_EQ(accepted_json("application/health+json"), "application/health+json");
  EXPECT_EQ(accepted_json("application/json"), "application/json");
  EXPECT_EQ(accepted_json("APPLICATION/Json"), "application/json");
  EXPECT_EQ(accepted_json("text/html, application/json;q=0.001"), "application/json");
}

TEST(NegotiationTest, GivesTextToClientsThatDoNotNameJson) {
  for (const std::string_view accept :
       {"", " ", ",", "*/*", "application/*", "text/plain", "application/xml", "text/plain, text/*, */*",
        "application/jsonx", "application/ld+json", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"})
    EXPECT_EQ(accepted_json(accept), std::nullopt) << accept;
}

TEST(NegotiationTest, GivesTextWhereJsonHasQualityZero) {
  for (const std::string_view accept : {"application/json;q=0", "application/health+json;q=0.000, */*",
                                        "application/json ; Q=0., application/health+json;q=0.0"})
    EXPECT_EQ(accepted_json(accept), std::nullopt) << accept;
}

TEST(NegotiationTest, PrefersHealthJsonWhereBothAreAsGood) {
  EXPECT_EQ(accepted_json("application/json, application/health+json"), "application/health+json");
  EXPECT_EQ(accepted_json("application/json;q=0.5, application/health+json;q=0.50"), "application/health+json");
}

TEST(NegotiationTest, PrefersTheJsonOfHigherQuality) {
  EXPECT_EQ(accepted_json("application/json, application/health+json;q=0.9"), "application/json");
  EXPECT_EQ(accepted_json("application/json;q=0.1, application/health+json;q=0.9"), "application/health+json");
}

TEST(NegotiationTest, GivesTextWherePlainTextIsNamedWithHigherQuality) {
  EXPECT_EQ(accepted_json("text/plain, application/json;q=0.9"), std::nullopt);
  EXPECT_EQ(accepted_json("application/health+json;q=0.2, text/plain;q=0.3"), std::nullopt);
}

TEST(NegotiationTest, GivesJsonWherePlainTextIsNoBetter) {
  EXPECT_EQ(accepted_json("text/plain, application/json"), "application/json");
  EXPECT_EQ(accepted_json("text/plain;q=0.5, application/json;q=0.6"), "application/json");
}

TEST(NegotiationTest, GivesJsonWhereOnlyWildcardsAreBetter) {
  EXPECT_EQ(accepted_json("text/*, */*, application/json;q=0.1"), "application/json");
}

TEST(NegotiationTest, UnderstandsParametersBlanksAndEmptyElements) {
  for (const std::string_view accept :
       {"application/json;charset=utf-8", " ,\t, application/json ; version=\"1, \\\" 2\" ; q=0.5 ; ext ,",
        "application/json;", "application/json;;q=1.000", "text/x;a=\"application/xml;q=0\",application/json"})
    EXPECT_EQ(accepted_json(accept), "application/json") << accept;
}

TEST(NegotiationTest, DoesNotLookIntoQuotedStrings) {
  EXPECT_EQ(accepted_json("text/html;a=\",application/json,\""), std::nullopt);
}

TEST(NegotiationTest, GivesTextToBadSyntax) {
  for (const std::string_view accept : {"application/json text/html", "application/json;q=",
                                        "application/json;q",         "application/json;q=2",
                                        "application/json;q=1.001",   "application/json;q=0.1234",
                                        "application/json;q=-1",      "application/json;q=0.9+",
                                        "application/json;q=15",      "application/json, text/html;q=x",
                                        "application/json, /json",    "application/json;q=.5",
                                        "application/json;q=x",       "application/json;q=\"1\"",
                                        "application/json;a=",        "application/json;a=\"open",
                                        "application/json;a=\"\\",    "application/json, /",
                                        "application/json, text",     "application/json, text/",
                                        "application/json, @",        "application/json/x",
                                        "application /json",          "application/json;q=0.x",
                                        "application/json\n"})
    EXPECT_EQ(accepted_json(accept), std::nullopt) << accept;
}

TEST(NegotiationTest, SurvivesHostileValues) {
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
  std::string commas(1 << 20, ',');

  EXPECT_EQ(accepted_json(every_byte), std::nullopt);
  EXPECT_EQ(accepted_json(std::string_view{"application/json\0", 17}), std::nullopt);
  EXPECT_EQ(accepted_json("application/json," + every_byte), std::nullopt);
  EXPECT_EQ(accepted_json(std::string(1 << 20, 'x')), std::nullopt);
  EXPECT_EQ(accepted_json(commas + "application/json"), "application/json");
}

}  // namespace
