#include <cstddef>
#include <ctime>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/check_result.hpp>

#include "core/base/secrets.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

struct Example {
  std::string_view text;
  std::string_view shown;
};

/// What is shown is also what a second pass leaves: a result may be made from the message of another.
void expect(const std::vector<Example>& examples) {
  for (const auto& [text, shown] : examples) {
    EXPECT_EQ(without_secrets(std::string{text}), shown);
    EXPECT_EQ(without_secrets(std::string{shown}), shown);
  }
}

void expect_unchanged(const std::vector<std::string_view>& texts) {
  for (const auto text : texts) EXPECT_EQ(without_secrets(std::string{text}), text);
}

TEST(SecretsTest, OfUrlsAreHiddenAndTheRestStaysReadable) {
  expect(
      {{"can't reach postgresql://app:secret@db:5432/app?sslmode=require (refused)",
        "can't reach postgresql://app:***@db:5432/app?sslmode=require (refused)"},
       {"postgresql://app:secret@h1:5432,h2:5433/db", "postgresql://app:***@h1:5432,h2:5433/db"},
       {"redis://:secret@cache", "redis://:***@cache"},
       {"amqps://app:secret@[::1]:5671/x", "amqps://app:***@[::1]:5671/x"},
       {"'mysql://app:secret@db' and \"s3://key:secret@bucket\"", "'mysql://app:***@db' and \"s3://key:***@bucket\""}});
}

TEST(SecretsTest, OfHttpUrlsIncludeTheUserWhichMayBeAToken) {
  expect({{"https://ghp_secret@github.com/x", "https://***@github.com/x"},
          {"git+https://secret:x-oauth-basic@github.com", "git+https://***@github.com"},
          {"http://app:secret@auth:8080: 401", "http://***@auth:8080: 401"}});
}

TEST(SecretsTest, OfUrlsMayHoldWhatShouldHaveBeenEncoded) {
  expect({{"postgres://app:se@cret@db/x", "postgres://app:***@db/x"},
          {"postgres://app:se/cret@db/x", "postgres://app:***@db/x"},
          {"postgres://app:se?c#ret@db/x", "postgres://app:***@db/x"},
          {"postgres://app:se'cret@db/x", "postgres://app:***@db/x"}});
}

TEST(SecretsTest, OfUrlsAreHiddenThoughTheUrlIsCutOff) {
  expect({{"invalid URL: postgresql://app:sec", "invalid URL: postgresql://app:***"}});
}

TEST(SecretsTest, AreNotFoundInUrlsWithoutAny) {
  expect_unchanged({"http://auth:8080/ready?email=a@b.c", "http://auth:8080: connection refused", "(http://auth:8080)",
                    "could not reach http://auth:8080, retrying", "https://medium.com/@user", "ssh://git@github.com/x",
                    "mongodb://h1:27017,h2:27018/db", "redis://[::1]:6379", "http://host:port/path", "file:///etc/x:y",
                    "postgresql://app@db", "http://host:"});
}

TEST(SecretsTest, AreTheValuesOfPasswordsInAnySpelling) {
  for (const auto* const name : {"password",
                                 "PASSWORD",
                                 "PassWd",
                                 "pwd",
                                 "passphrase",
                                 "PGPASSWORD",
                                 "sslpassword",
                                 "spring.datasource.password",
                                 "db-password",
                                 "token",
                                 "access_token",
                                 "idToken",
                                 "secret",
                                 "client_secret",
                                 "api_key",
                                 "apikey",
                                 "apiKey",
                                 "X-Api-Key",
                                 "aws_secret_access_key",
                                 "SECRET_KEY",
                                 "authorization"})
    EXPECT_EQ(without_secrets("host=db " + std::string{name} + "=hunter2 port=1"),
              "host=db " + std::string{name} + "=*** port=1");
}

TEST(SecretsTest, OfConnectionStringsEndWithTheirQuotes) {
  expect({{"host=db password='a b' user=app", "host=db password='***' user=app"},
          {R"(password = 'a\' b' user=app)", "password = '***' user=app"},
          {"password='a''b' user=app", "password='***' user=app"},
          {"password='a b", "password='***"},
          {"Server=db;Password=a,b;Timeout=3", "Server=db;Password=***;Timeout=3"},
          {"Server=db;Pwd={a b;c};Timeout=3", "Server=db;Pwd=***"},
          {"password=a,b&c;d host=db", "password=*** host=db"}});
}

TEST(SecretsTest, OfQueriesEndWithTheParameter) {
  expect({{"GET /x?token=abc&user=app 500", "GET /x?token=***&user=app 500"},
          {"/x?a=1&apikey=abc", "/x?a=1&apikey=***"},
          {"/x?user[password]=abc&b=2", "/x?user[password]=***&b=2"}});
}

TEST(SecretsTest, OfJsonEndWithTheValue) {
  expect({{R"({"user":"app","password":"a\"b, c","n":1})", R"({"user":"app","password":"***","n":1})"},
          {R"({"api_key" : 12345, "n": 1})", R"({"api_key" : ***, "n": 1})"},
          {R"({"api_key":12345,"n":1})", R"({"api_key":***,"n":1})"},
          {R"({'token': 'abc', 'n': 1})", R"({'token': '***', 'n': 1})"},
          {R"("{\"password\":\"a \\\"b\",\"n\":1}")", R"("{\"password\":\"***\",\"n\":1}")"},
          {R"({"secret":["a","b"],"n":1})", R"({"secret":***)"},
          {R"({"Authorization":"Bearer abc"})", R"({"Authorization":"***"})"},
          {R"("password"=>"abc", "n"=>1)", R"("password"=>"***", "n"=>1)"}});
}

TEST(SecretsTest, OfHeadersAreTheCredentials) {
  expect({{"Authorization: Bearer abc.def-g: 401", "Authorization: Bearer *** 401"},
          {"Authorization: Basic xyz", "Authorization: Basic ***"},
          {"authorization: abcdef 401", "authorization: *** 401"},
          {"Proxy-Authorization: token abc", "Proxy-Authorization: token ***"},
          {"sent Bearer xyz, got 401", "sent Bearer ***, got 401"},
          {"bearer 'abc'", "bearer '***'"},
          {"bearer token eyJhbGciOi refused", "bearer token *** refused"},
          {"Basic YXBwOnNlY3JldA== refused", "Basic *** refused"}});
}

TEST(SecretsTest, AreNotFoundInProse) {
  expect_unchanged({"password authentication failed for user \"app\"", "fe_sendauth: no password supplied",
                    "unexpected token: SELECT", "unexpected token: }", "invalid token: expired",
                    "vault secret: permission denied", "Bearer token missing", "WWW-Authenticate: Bearer realm=\"x\"",
                    "Basic connectivity test of PostgreSQL failed", "basic authentication failed",
                    "tokens=5 secrets: 3 token_type=x password_file=/run/secret.txt", "/x?token=&user=app",
                    "password=", "password='' user=app", "the secret", "", ":=@//"});
}

TEST(SecretsTest, AfterAMereTokenAreTheWordsThatAreNoProse) {
  expect({{"invalid token: eyJhbGciOi", "invalid token: ***"},
          {"secret: hunter2", "secret: ***"},
          {"token: " + std::string(40, 'a'), "token: ***"},
          {"token=expired", "token=***"},
          {"\"token\": expired", "\"token\": ***"}});
}

TEST(CleanTextTest, IsCutOnlyAfterSecretsWereHidden) {
  const auto text = std::string(1000, 'x') + " postgresql://app:" + std::string(100, 's') + "@db";

  const auto clean = clean_text(text, 1024);

  EXPECT_EQ(clean, std::string(1000, 'x') + " postgresql://app:***@db");
  EXPECT_EQ(clean_text(std::string(1020, 'x') + " é", 1022), std::string(1020, 'x') + " ");
}

TEST(CleanTextTest, HidesSecretsBehindControlCharacters) {
  EXPECT_EQ(clean_text("password\x01=\nhunter2\tport=1", 1024), "password = *** port=1");
  EXPECT_EQ(clean_text("password\xC2\x85=\xFFhunter2", 1024), "password =***");
}

/// Texts made of what the rules know.
std::string hostile_text(std::minstd_rand& random, std::size_t size) {
  static const std::vector<std::string_view> pieces{
      "password", "token",  "secret", "=",  ":", "://",           "http",    "pg", "@", "'",
      "\"",       "\\",     "{",      "[",  "]", "bearer",        "basic",   "&",  ",", ";",
      " ",        "realm=", "a",      "42", "/", "authorization", "\xC3\xA9"};
  std::string text;
  while (text.size() < size) text += pieces[random() % pieces.size()];
  return text;
}

TEST(SecretsTest, AreHiddenUnderKeysThatNameThem) {
  const auto shown = [](std::string_view key, const Value& value) {
    return CheckResult::pass().with(key, value).data().front().value;
  };

  EXPECT_EQ(shown("password", "a b c"), Value{"***"});
  EXPECT_EQ(shown("db_api_key", "s3cr3t"), Value{"***"});
  EXPECT_EQ(shown("access-token", "eyJhbGciOi1"), Value{"***"});
  EXPECT_EQ(shown("token", "expired"), Value{"expired"});
  EXPECT_EQ(shown("password", ""), Value{""});
  EXPECT_EQ(shown("password", 7), Value{7});
  EXPECT_EQ(shown("host", "s3cr3t"), Value{"s3cr3t"});
}

TEST(SecretsTest, AreHiddenWhateverStandsBeforeThem) {
  std::minstd_rand random{2};
  for (int i = 0; i < 20'000; ++i) {
    const auto before = hostile_text(random, random() % 60);
    for (const auto* const secret : {" password=S3CR3T", " {\"token\":\"S3CR3T\"}", " pg://app:S3CR3T@db"})
      EXPECT_EQ(without_secrets(before + secret).find("S3CR3T"), std::string::npos) << before << secret;
  }
}

// One that read the rest of the text again for each word would need several seconds.
TEST(SecretsTest, AreSearchedInOnePassWhateverTheText) {
  constexpr std::size_t size = 400'000;
  for (const auto* const piece :
       {"a",          " ",          "'",       "\\",      "@",    "a:b/",  "token",    "token:",      "token:a",
        "token=&",    "token'",     "bearer ", "basic a", "a://", "a://[", "a://b:c/", "http://b:c?", "bearer token ",
        "password={", "password\\", "a&",      "\xC3\xA9"}) {
    std::string text;
    while (text.size() < size) text += piece;

    const auto begin = std::clock();
    EXPECT_FALSE(without_secrets(text).empty());
    EXPECT_LT(std::clock() - begin, 2 * CLOCKS_PER_SEC) << piece;
  }
}

}  // namespace
}  // namespace detail
}  // namespace vitals::inline v1
