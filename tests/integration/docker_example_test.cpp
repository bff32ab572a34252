// examples/docker: what its Dockerfile does after the build, in a root and a network of the test's own.

#include <csignal>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/eventually.hpp"
#include "support/own_network.hpp"
#include "support/program.hpp"
#include "support/read_file.hpp"

namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using vitals_test::eventually;
using vitals_test::Program;
using vitals_test::read_file;
using vitals_test::TemporaryFolder;

const fs::path example = fs::path{VITALS_SOURCE_DIR} / "examples/docker";

std::string dockerfile() { return read_file(example / "Dockerfile"); }

/// The words of the last instruction that ends with a list: `CMD ["/a", "b"]`.
std::vector<std::string> words_of(const std::string& instruction) {
  const auto text = dockerfile();
  const auto begin = text.rfind(instruction + " [");
  if (begin == text.npos) throw std::runtime_error{"no " + instruction};
  const auto list =
      text.substr(begin + instruction.size() + 1, text.find('\n', begin) - begin - instruction.size() - 1);
  return nlohmann::json::parse(list).get<std::vector<std::string>>();
}

/// Runs as the image's user, in its root.
std::vector<std::string> in_image(const fs::path& image, const std::vector<std::string>& words) {
  std::vector<std::string> all{"--userspec=65532:65532", image.string()};
  all.insert(all.end(), words.begin(), words.end());
  return all;
}

void expect_a_healthy_container() {
  const vitals_test::OwnNetwork network;
  const TemporaryFolder folder;
  const auto image = folder.path() / "image";
  fs::permissions(folder.path(), fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec);
  Program collect{"/bin/sh", {(example / "collect.sh").string(), VITALS_BINARY_DIR, image.string()}, folder.path()};
  ASSERT_EQ(collect.wait(), 0) << collect.errors();
  const TemporaryFolder of_probe;
  const auto health = [&] {
    Program probe{"/usr/sbin/chroot", in_image(image, words_of("CMD")), of_probe.path()};
    return std::pair{probe.wait(), probe.output()};
  };
  EXPECT_EQ(health(), (std::pair{1, std::string{"failed: connection refused\n"}}));

  auto words = words_of("ENTRYPOINT");
  words.insert(words.end(), {"--database", "sqlite:/data/notes.db", "--drain-seconds", "0"});
  Program server{"/usr/sbin/chroot", in_image(image, words), folder.path()};

  EXPECT_TRUE(eventually([&] { return health().first == 0; })) << server.errors();
  EXPECT_EQ(health().second, "ok: 200 OK\n");
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0) << server.errors();
}

TEST(DockerExampleTest, ItsServerRunsWithNothingElseInItsRootAndIsHealthy) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root changes its root";
  if (!vitals_test::OwnNetwork::is_allowed()) GTEST_SKIP() << "no network of its own";
  std::thread elsewhere{[] {
    try {
      expect_a_healthy_container();
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
  }};
  elsewhere.join();
}

TEST(DockerExampleTest, AsksOftenWhileItStarts) {
  EXPECT_THAT(dockerfile(), HasSubstr("HEALTHCHECK --start-period=60s --start-interval=1s --interval=10s"));
}

}  // namespace
