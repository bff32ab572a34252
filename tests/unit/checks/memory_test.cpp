#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/checks/memory.hpp>
#include <vitals/testing_gmock.hpp>

#include "support/program.hpp"

namespace {

using namespace vitals::literals;
using testing::AllOf;
using testing::DoubleEq;
using testing::HasSubstr;
using testing::Not;
using vitals::checks::Memory;
using vitals::test::HasDatum;
using vitals::test::IsFail;
using vitals::test::IsPass;
using vitals::test::IsWarn;

std::string bytes(vitals::Bytes amount) { return std::to_string(amount.count) + "\n"; }

/// A tree of files as the kernel shows them. The machine has 16 GiB, of which 12 are available.
class MemoryTest : public testing::Test {
 protected:
  MemoryTest() {
    write("proc/meminfo", "MemTotal:       16777216 kB\nMemFree:  100 kB\nMemAvailable:   12582912 kB\n");
    write("proc/pressure/memory", "some avg10=1.50 avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00\n");
  }
  void write(const std::string& path, const std::string& text) const {
    const auto file = folder_.path() / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream{file} << text;
  }
  /// One cgroup of version 2.
  void have_group(const std::string& path, vitals::Bytes usage, vitals::Bytes inactive, const std::string& max) const {
    const auto group = "sys/fs/cgroup" + path;
    write(group + "/memory.current", bytes(usage));
    write(group + "/memory.stat", "anon 1\nfile 2\ninactive_anon 3\ninactive_file " + bytes(inactive));
    write(group + "/memory.max", max);
    write(group + "/memory.pressure", "some avg10=12.25 avg60=0.00 avg300=0.00 total=0\n");
  }
  void have_group_1(const std::string& path, vitals::Bytes usage, vitals::Bytes inactive,
                    const std::string& max) const {
    const auto group = "sys/fs/cgroup/memory" + path;
    write(group + "/memory.usage_in_bytes", bytes(usage));
    write(group + "/memory.stat", "inactive_file 1\ntotal_inactive_anon 5\ntotal_inactive_file " + bytes(inactive));
    write(group + "/memory.limit_in_bytes", max);
  }
  [[nodiscard]] vitals::CheckResult run(std::optional<vitals::Percent> fail_at = 95_percent) const {
    return Memory{{.warn_at = 85_percent, .fail_at = fail_at, .root = folder_.path().string()}}();
  }

  vitals_test::TemporaryFolder folder_;
};

TEST_F(MemoryTest, IsTheWorkingSetAgainstTheGroupsLimit) {
  write("proc/self/cgroup", "0::/kubepods/pod1/app\n");
  have_group("/kubepods/pod1/app", 900_MiB, 400_MiB, bytes(1_GiB));

  EXPECT_THAT(run(), AllOf(IsPass("500 MiB of 1.0 GiB in use"), HasDatum("working_set", (500_MiB).count),
                           HasDatum("limit", (1_GiB).count), HasDatum("stalled", DoubleEq(12.25))));

  have_group("/kubepods/pod1/app", 900_MiB, 20_MiB, bytes(1_GiB));
  EXPECT_THAT(run(), IsWarn("880 MiB of 1.0 GiB in use"));
  have_group("/kubepods/pod1/app", 1000_MiB, 20_MiB, bytes(1_GiB));
  EXPECT_THAT(run(), IsFail("980 MiB of 1.0 GiB in use"));
  EXPECT_THAT(run(std::nullopt), IsWarn());
}

TEST_F(MemoryTest, TakesTheLowestLimitOfAllGroupsAbove) {
  write("proc/self/cgroup", "0::/kubepods/pod1/app\n");
  have_group("/kubepods/pod1/app", 100_MiB, 0_MiB, "max\n");
  have_group("/kubepods/pod1", 200_MiB, 0_MiB, bytes(512_MiB));
  have_group("/kubepods", 300_MiB, 0_MiB, bytes(2_GiB));

  EXPECT_THAT(run(), IsPass("100 MiB of 512 MiB in use"));
  have_group("/kubepods", 300_MiB, 0_MiB, bytes(110_MiB));
  EXPECT_THAT(run(), IsWarn("100 MiB of 110 MiB in use"));
}

TEST_F(MemoryTest, FindsTheGroupOfAContainerAtTheMount) {
  write("proc/self/cgroup", "0::/\n");
  have_group("", 100_MiB, 0_MiB, bytes(1_GiB));
  EXPECT_THAT(run(), IsPass("100 MiB of 1.0 GiB in use"));

  write("proc/self/cgroup", "0::/system.slice/docker-1.scope\n");  // a path of the host
  EXPECT_THAT(run(), IsPass("100 MiB of 1.0 GiB in use"));
}

TEST_F(MemoryTest, KnowsVersionOne) {
  write("proc/self/cgroup", "12:cpu,cpuacct:/docker/1\n7:memory:/docker/1\n0::/docker/1\n");
  have_group_1("/docker/1", 900_MiB, 400_MiB, bytes(1_GiB));
  have_group_1("/docker", 2_GiB, 0_MiB, "9223372036854771712\n");

  EXPECT_THAT(run(), AllOf(IsPass("500 MiB of 1.0 GiB in use"), Not(HasDatum("stalled", testing::_))));
}

TEST_F(MemoryTest, KnowsTheLimitsThatVersionOneDoesNotShow) {
  write("proc/self/cgroup", "7:memory:/docker/1\n");
  have_group_1("", 900_MiB, 400_MiB, "9223372036854771712\n");
  write("sys/fs/cgroup/memory/memory.stat", "total_inactive_file 0\nhierarchical_memory_limit 1073741824\n");

  EXPECT_THAT(run(), IsWarn("900 MiB of 1.0 GiB in use"));
}

TEST_F(MemoryTest, BelongsToTheGroupAboveWithoutAController) {
  write("proc/self/cgroup", "0::/system.slice/app.service/main\n");
  write("sys/fs/cgroup/system.slice/app.service/main/cgroup.procs", "1\n");
  have_group("/system.slice/app.service", 100_MiB, 0_MiB, bytes(1_GiB));

  EXPECT_THAT(run(), IsPass("100 MiB of 1.0 GiB in use"));
}

TEST_F(MemoryTest, DoesWithoutAPressureThatIsNotMeasured) {
  std::filesystem::remove(folder_.path() / "proc/pressure/memory");
  std::filesystem::create_directories(folder_.path() / "proc/pressure/memory");  // reading it fails

  EXPECT_THAT(run(), AllOf(IsPass(), Not(HasDatum("stalled", testing::_))));
}

TEST_F(MemoryTest, IsTheMachinesWithoutALimit) {
  write("proc/self/cgroup", "0::/user.slice\n");
  have_group("/user.slice", 100_MiB, 0_MiB, "max\n");

  EXPECT_THAT(run(), AllOf(IsPass("4.0 GiB of 16 GiB of this machine in use"), HasDatum("stalled", DoubleEq(1.5))));

  have_group("/user.slice", 100_MiB, 0_MiB, bytes(64_GiB));
  EXPECT_THAT(run(), IsPass(HasSubstr("of this machine in use")));
}

TEST_F(MemoryTest, FailsIfNothingCanBeRead) {
  std::filesystem::remove(folder_.path() / "proc/meminfo");

  EXPECT_THAT(run(), IsFail(HasSubstr("can't be read")));
}

TEST_F(MemoryTest, ReadsThisMachine) {
  EXPECT_THAT((Memory{{.warn_at = std::nullopt, .fail_at = std::nullopt}}()), IsPass(HasSubstr("in use")));
}

TEST_F(MemoryTest, RefusesWhatMakesNoSense) {
  EXPECT_THROW((Memory{{.warn_at = 96_percent, .fail_at = 95_percent}}), std::invalid_argument);
}

}  // namespace
