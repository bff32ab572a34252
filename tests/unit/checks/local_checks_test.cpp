#include <array>
#include <chrono>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/check.hpp>
#include <vitals/checks/descriptors.hpp>
#include <vitals/checks/fresh_file.hpp>
#include <vitals/testing_gmock.hpp>
#include <vitals/units.hpp>

#include "checks/amounts.hpp"
#include "support/program.hpp"

namespace {

using namespace std::chrono_literals;
using namespace vitals::literals;
using testing::AllOf;
using testing::Ge;
using testing::HasSubstr;
using testing::Le;
using testing::MatchesRegex;
using vitals::Bytes;
using vitals::Percent;
using vitals::checks::Descriptors;
using vitals::checks::FreshFile;
using vitals::test::HasDatum;
using vitals::test::IsFail;
using vitals::test::IsPass;
using vitals::test::IsWarn;

static_assert(!vitals::is_remote_check<Descriptors>::value && !vitals::is_remote_check<FreshFile>::value);
static_assert(10_GiB == Bytes{10'737'418'240} && 1_KiB == Bytes{1024} && 2.5_percent == Percent{2.5});
static_assert(vitals::Amount{50_percent}.of(10_MiB) == 5_MiB && vitals::Amount{3_MiB}.of(10_MiB) == 3_MiB);

TEST(AmountsTest, AreSpoken) {
  using vitals::detail::spoken;

  EXPECT_EQ(spoken(Bytes{0}), "0 bytes");
  EXPECT_EQ(spoken(Bytes{1023}), "1023 bytes");
  EXPECT_EQ(spoken(1_KiB), "1.0 KiB");
  EXPECT_EQ(spoken(Bytes{1535}), "1.4 KiB");
  EXPECT_EQ(spoken(12_MiB), "12 MiB");
  EXPECT_EQ(spoken(Bytes{8'160'437'863}), "7.6 GiB");
  EXPECT_EQ(spoken(Bytes{std::numeric_limits<std::uint64_t>::max()}), "16777215 TiB");
}

class FreshFileTest : public testing::Test {
 protected:
  FreshFileTest() { std::ofstream{path_} << "x"; }
  void modify(std::chrono::seconds ago) const {
    const auto then = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() - ago);
    const std::array<timespec, 2> times{timespec{then, 0}, timespec{then, 0}};
    ASSERT_EQ(utimensat(AT_FDCWD, path_.c_str(), times.data(), 0), 0);
  }

  vitals_test::TemporaryFolder folder_;
  std::string path_ = (folder_.path() / "imported").string();
};

TEST_F(FreshFileTest, PassesUntilItIsTooOld) {
  const FreshFile check{path_, 26h};

  EXPECT_THAT(check(), AllOf(IsPass(HasSubstr(" was modified ")), HasDatum("age", Ge(0))));
  modify(25h);
  EXPECT_THAT(check(), AllOf(IsPass(HasSubstr("25 h")), HasDatum("age", Ge(25 * 3600))));
  modify(27h + 30min);
  EXPECT_THAT(check(), IsFail(AllOf(HasSubstr("27 h 30 min ago, more than 26 h"), HasSubstr(path_))));
}

TEST_F(FreshFileTest, SaysThatAClockWasSetBack) {
  modify(-2h - 59s);

  EXPECT_THAT((FreshFile{path_, 26h}()), IsWarn(HasSubstr("2 h in the future: the clock may have been set back")));
  EXPECT_THAT((FreshFile{path_, 1h}()), IsFail(HasSubstr("in the future: the clock may have been set back")));
}

TEST_F(FreshFileTest, FailsWithoutTheFile) {
  EXPECT_THAT((FreshFile{"/no/such", 1h}()), IsFail("/no/such: No such file or directory"));
}

TEST_F(FreshFileTest, RefusesWhatMakesNoSense) {
  EXPECT_THROW((FreshFile{"", 1h}), std::invalid_argument);
  EXPECT_THROW((FreshFile{path_, 0s}), std::invalid_argument);
}

class DescriptorsTest : public testing::Test {
 protected:
  DescriptorsTest() { getrlimit(RLIMIT_NOFILE, &before_); }
  ~DescriptorsTest() override {
    for (const int descriptor : opened_) close(descriptor);
    setrlimit(RLIMIT_NOFILE, &before_);
  }
  void limit(rlim_t soft) const {
    const rlimit limits{soft, before_.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limits), 0);
  }
  /// All that there are.
  void open_all() {
    for (int descriptor = dup(STDERR_FILENO); descriptor >= 0; descriptor = dup(STDERR_FILENO))
      opened_.push_back(descriptor);
  }
  void close_some(int count) {
    for (; count > 0; --count) {
      close(opened_.back());
      opened_.pop_back();
    }
  }

  rlimit before_ = {};
  std::vector<int> opened_;
};

TEST_F(DescriptorsTest, AreCountedAgainstTheLimit) {
  limit(400);

  EXPECT_THAT(Descriptors{}(), AllOf(IsPass(MatchesRegex("[0-9]+ of 400 descriptors are open")), HasDatum("limit", 400),
                                     HasDatum("open", AllOf(Ge(3), Le(100)))));
  open_all();
  EXPECT_THAT(Descriptors{}(), IsFail("all 400 descriptors are open"));
  close_some(10);
  EXPECT_THAT(Descriptors{}(), IsFail("390 of 400 descriptors are open"));
  close_some(40);
  EXPECT_THAT(Descriptors{}(), IsWarn("350 of 400 descriptors are open"));
  EXPECT_THAT(Descriptors{{.warn_at = std::nullopt}}(), IsPass());
  close_some(40);
  EXPECT_THAT(Descriptors{}(), IsPass());
}

TEST_F(DescriptorsTest, RefuseWhatMakesNoSense) {
  EXPECT_THROW((Descriptors{{.warn_at = 90_percent, .fail_at = 80_percent}}), std::invalid_argument);
  EXPECT_THROW((Descriptors{{.warn_at = Percent{-1}}}), std::invalid_argument);
}

}  // namespace
