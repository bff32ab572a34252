#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <vitals/pushed_check.hpp>

#include "unit/systemd/systemd_fixture.hpp"

namespace vitals_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::StartsWith;
using vitals::SystemdReload;

const std::string reloading = "RELOADING=1\nMONOTONIC_USEC=";
constexpr const char* ready = "READY=1\nSTATUS=ready";

std::int64_t monotonic_usec() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

TEST_F(SystemdTest, ReloadsForAsLongAsTheObjectLives) {
  start();
  std::optional<SystemdReload> reload{systemd->reloading()};
  EXPECT_THAT(manager.received(), ElementsAre(StartsWith(reloading)));

  reload.reset();

  EXPECT_THAT(manager.received(), ElementsAre(ready));
}

TEST_F(SystemdTest, SaysWhenTheReloadBegan) {
  start();

  const auto before = monotonic_usec();
  const auto reload = systemd->reloading();
  const auto after = monotonic_usec();

  const auto sent = manager.received();
  ASSERT_THAT(sent, ElementsAre(MatchesRegex(reloading + "[0-9]+")));
  const auto began = std::stoll(sent[0].substr(reloading.size()));
  EXPECT_LE(before, began);
  EXPECT_LE(began, after);
}

TEST_F(SystemdTest, TwoReloadsAtATimeAreOne) {
  start();
  std::optional<SystemdReload> first{systemd->reloading()};
  std::optional<SystemdReload> second{systemd->reloading()};
  EXPECT_THAT(manager.received(), ElementsAre(StartsWith(reloading)));

  first.reset();
  EXPECT_THAT(manager.received(), IsEmpty());
  second.reset();
  EXPECT_THAT(manager.received(), ElementsAre(ready));
}

TEST_F(SystemdTest, AMovedReloadEndsOnce) {
  start();
  {
    auto reload = systemd->reloading();
    manager.received();
    SystemdReload moved{std::move(reload)};
    reload = std::move(moved);
    EXPECT_THAT(manager.received(), IsEmpty());
    reload = SystemdReload{};
    EXPECT_THAT(manager.received(), ElementsAre(ready));
  }
  EXPECT_THAT(manager.received(), IsEmpty());
}

TEST_F(SystemdTest, AReloadDoesNotMakeAStartingServiceReady) {
  health->add_startup_check("migration", vitals::PushedCheck{false});
  start();

  { const auto reload = systemd->reloading(); }

  EXPECT_THAT(run_after(1s), IsEmpty());
}

TEST_F(SystemdTest, AReloadDoesNotMakeAStoppingServiceReady) {
  start();
  {
    const auto reload = systemd->reloading();
    health->begin_shutdown("SIGTERM");
    manager.received();
  }
  { const auto late = systemd->reloading(); }

  EXPECT_THAT(run_after(1s), IsEmpty());
}

}  // namespace
}  // namespace vitals_test
