#include "checks/cgroup_memory.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string_view>

namespace vitals::inline v1 {
namespace detail {
namespace {

std::string content_of(const std::string& path) {
  std::ifstream file{path};
  std::string text;
  std::getline(file, text, '\0');  // doesn't throw if reading fails, as it does for pressure that isn't measured
  return text;
}

std::optional<std::uint64_t> number(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t:"), text.size()));
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} ? std::optional{value} : std::nullopt;
}

/// The number behind a key at the beginning of a line.
std::optional<std::uint64_t> number_of(std::string_view text, std::string_view key) {
  for (std::size_t at = 0; at < text.size(); at = std::min(text.find('\n', at), text.size() - 1) + 1)
    if (text.substr(at).starts_with(key)) return number(text.substr(at + key.size()));
  return std::nullopt;
}

/// The names of the files of one version, whose values have the same meaning.
struct Version {
  std::string_view mount;
  std::string_view usage;
  std::string_view limit;
  std::string_view inactive_file;
};
constexpr Version version_2{"sys/fs/cgroup", "memory.current", "memory.max", "inactive_file "};
constexpr Version version_1{"sys/fs/cgroup/memory", "memory.usage_in_bytes", "memory.limit_in_bytes",
                            "total_inactive_file "};

/// The path of this process's cgroup that has a memory controller; see cgroups(7).
std::optional<std::string> path_in(std::string_view groups, std::string_view version_line) {
  for (std::size_t at = 0; at < groups.size();) {
    const auto end = std::min(groups.find('\n', at), groups.size());
    const auto line = groups.substr(at, end - at);
    if (const auto found = line.find(version_line); found != line.npos)
      return std::string{line.substr(found + version_line.size())};
    at = end + 1;
  }
  return std::nullopt;
}

/// The nearest folder of the hierarchy, from `path` within the mount upwards, that has the file: a group without a
/// memory controller belongs to the one above it, and a container may not show the path at all.
std::string existing(const std::string& mount, std::string path, std::string_view file) {
  while (path.find('/') != path.npos && !std::ifstream{mount + path + '/' + std::string{file}})
    path.erase(path.rfind('/'));
  return path == "/" ? std::string{} : path;
}

std::optional<MemoryUse> use_of_group(const std::string& root, const Version& version, const std::string& group) {
  const auto mount = root + std::string{version.mount};
  auto path = existing(mount, group, version.usage);
  const auto file = [&](std::string_view name) { return mount + path + '/' + std::string{name}; };
  const auto usage = number(content_of(file(version.usage)));
  if (!usage) return std::nullopt;
  const auto statistics = content_of(file("memory.stat"));
  const auto inactive = number_of(statistics, version.inactive_file).value_or(0);
  // Version 1 also knows the limits that a container doesn't show.
  const auto of_hierarchy = number_of(statistics, "hierarchical_memory_limit ").value_or(~std::uint64_t{0});
  MemoryUse use{.working_set = {*usage - std::min(inactive, *usage)}, .limit = {of_hierarchy}};
  for (;; path.erase(path.rfind('/'))) {
    if (const auto limit = number(content_of(file(version.limit)))) use.limit = std::min(use.limit, Bytes{*limit});
    if (path.find('/') == path.npos) break;
  }
  return use;
}

std::optional<double> stalled(const std::string& text) {
  constexpr std::string_view key = "some avg10=";
  if (!text.starts_with(key)) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data() + key.size(), text.data() + text.size(), value);
  return error == std::errc{} ? std::optional{value} : std::nullopt;
}

}  // namespace

std::optional<MemoryUse> memory_use(const std::string& root) {
  const auto machine = content_of(root + "proc/meminfo");
  constexpr std::uint64_t kib = 1024;
  const auto total = number_of(machine, "MemTotal:").value_or(0) * kib;
  const auto available = number_of(machine, "MemAvailable:").value_or(0) * kib;

  const auto groups = content_of(root + "proc/self/cgroup");
  std::optional<MemoryUse> use;
  if (const auto path = path_in(groups, ":memory:")) use = use_of_group(root, version_1, *path);
  const auto path = path_in(groups, "0::");
  if (!use && path) use = use_of_group(root, version_2, *path);
  if (use && (total == 0 || use->limit.count < total)) {
    if (path) {
      const auto mount = root + std::string{version_2.mount};
      use->stalled = stalled(content_of(mount + existing(mount, *path, "memory.pressure") + "/memory.pressure"));
    }
    return use->limit.count == ~std::uint64_t{0} ? std::nullopt : use;
  }
  if (total == 0) return std::nullopt;
  return MemoryUse{.working_set = {total - std::min(available, total)},
                   .limit = {total},
                   .of_machine = true,
                   .stalled = stalled(content_of(root + "proc/pressure/memory"))};
}

}  // namespace detail
}  // namespace vitals::inline v1
