// A program of its own, because it replaces statvfs().

#include <cerrno>
#include <cstdint>
#include <stdexcept>
#include <sys/statvfs.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/checks/disk_space.hpp>
#include <vitals/testing_gmock.hpp>

#include "support/refusal.hpp"

namespace {

using namespace vitals::literals;
using testing::AllOf;
using testing::HasSubstr;
using vitals::checks::DiskSpace;
using vitals::checks::DiskSpaceOptions;
using vitals::test::HasDatum;
using vitals::test::IsFail;
using vitals::test::IsPass;
using vitals::test::IsWarn;

struct statvfs system_now;  // NOLINT(readability-identifier-naming): a struct and a function have this name
int error_now = 0;

/// A file system of 100 GiB, of which `free` GiB are free to this user.
void have_free(std::uint64_t free) {
  constexpr std::uint64_t blocks_of_gib = 1U << 18;  // of 4 KiB
  system_now = {};
  system_now.f_frsize = 4096;
  system_now.f_blocks = 100 * blocks_of_gib;
  system_now.f_bfree = (free + 5) * blocks_of_gib;  // reserved for root
  system_now.f_bavail = free * blocks_of_gib;
  system_now.f_files = system_now.f_ffree = system_now.f_favail = 1000;
  error_now = 0;
}

}  // namespace

extern "C" int statvfs(const char*, struct statvfs* out) noexcept {
  *out = system_now;
  errno = error_now;
  return error_now == 0 ? 0 : -1;
}

namespace {

TEST(DiskSpaceTest, IsJudgedByBytesThatAreAvailable) {
  const DiskSpace disk{"/data", {.warn_below = 10_GiB, .fail_below = 2_GiB}};

  have_free(11);
  EXPECT_THAT(disk(), AllOf(IsPass("11 GiB of 95 GiB available at /data"), HasDatum("available", (11_GiB).count),
                            HasDatum("available_inodes", 1000)));
  have_free(10);
  EXPECT_THAT(disk(), IsPass());
  have_free(9);
  EXPECT_THAT(disk(), IsWarn("9.0 GiB of 95 GiB available at /data"));
  have_free(1);
  EXPECT_THAT(disk(), IsFail("1.0 GiB of 95 GiB available at /data"));
}

TEST(DiskSpaceTest, IsJudgedByAShareOfWhatThisUserMayHave) {
  const DiskSpace disk{"/data", {.warn_below = 10_percent, .fail_below = 2.5_percent}};

  have_free(11);
  EXPECT_THAT(disk(), IsPass());
  have_free(9);
  EXPECT_THAT(disk(), IsWarn());
  have_free(2);
  EXPECT_THAT(disk(), IsFail());
}

TEST(DiskSpaceTest, WarnsOrFailsOnlyIfItIsTo) {
  have_free(1);

  EXPECT_THAT((DiskSpace{"/data", {.warn_below = std::nullopt, .fail_below = std::nullopt}}()), IsPass());
  EXPECT_THAT((DiskSpace{"/data", {.fail_below = std::nullopt}}()), IsWarn());
}

TEST(DiskSpaceTest, FailsInDifferentWordsWithoutAPathWithoutInodesAndReadOnly) {
  have_free(50);
  error_now = ENOENT;
  EXPECT_THAT(DiskSpace{"/no/such"}(), IsFail("/no/such: No such file or directory"));

  have_free(50);
  system_now.f_flag = ST_RDONLY;
  EXPECT_THAT(DiskSpace{"/data"}(), IsFail("the file system of /data is mounted read-only"));

  have_free(50);
  system_now.f_ffree = system_now.f_favail = 0;
  EXPECT_THAT(DiskSpace{"/data"}(), IsFail(HasSubstr("no inode is free at /data")));
  system_now.f_files = 0;  // a file system that counts none
  EXPECT_THAT(DiskSpace{"/data"}(), IsPass());
}

TEST(DiskSpaceTest, RefusesWhatMakesNoSense) {
  EXPECT_THROW(DiskSpace{""}, std::invalid_argument);
  EXPECT_THROW((DiskSpace{"/", {.warn_below = 1_GiB, .fail_below = 2_GiB}}), std::invalid_argument);
  EXPECT_THROW((DiskSpace{"/", {.warn_below = 1_percent, .fail_below = 2_percent}}), std::invalid_argument);
  EXPECT_THROW((DiskSpace{"/", {.warn_below = vitals::Percent{200}}}), std::invalid_argument);
  EXPECT_THROW((DiskSpace{"/", {.fail_below = vitals::Percent{-1}}}), std::invalid_argument);
  EXPECT_NO_THROW((DiskSpace{"/", {.warn_below = 1_percent, .fail_below = 2_GiB}}));
}

}  // namespace
