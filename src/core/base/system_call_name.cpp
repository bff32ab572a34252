#include "core/base/system_call_name.hpp"

#include <algorithm>
#include <array>

#ifdef __linux__
#include <sys/syscall.h>
#endif

namespace vitals::inline v1 {
namespace detail {
namespace {

struct SystemCall {
  long number;
  std::string_view name;
};

// Numbers differ between processors, and some don't have all of these calls.
constexpr auto system_calls = std::to_array<SystemCall>({
    {-1, ""},  // so that it isn't empty elsewhere
#ifdef __linux__
    {SYS_futex, "futex"},
    {SYS_read, "read"},
    {SYS_write, "write"},
    {SYS_readv, "readv"},
    {SYS_writev, "writev"},
    {SYS_pread64, "pread"},
    {SYS_pwrite64, "pwrite"},
    {SYS_recvfrom, "recvfrom"},
    {SYS_recvmsg, "recvmsg"},
    {SYS_sendto, "sendto"},
    {SYS_sendmsg, "sendmsg"},
    {SYS_accept, "accept"},
    {SYS_accept4, "accept4"},
    {SYS_connect, "connect"},
    {SYS_ppoll, "ppoll"},
    {SYS_pselect6, "pselect"},
    {SYS_epoll_pwait, "epoll_pwait"},
    {SYS_nanosleep, "nanosleep"},
    {SYS_clock_nanosleep, "clock_nanosleep"},
    {SYS_restart_syscall, "a restarted system call"},
    {SYS_rt_sigtimedwait, "sigtimedwait"},
    {SYS_rt_sigsuspend, "sigsuspend"},
    {SYS_wait4, "wait4"},
    {SYS_waitid, "waitid"},
    {SYS_openat, "openat"},
    {SYS_close, "close"},
    {SYS_fsync, "fsync"},
    {SYS_fdatasync, "fdatasync"},
    {SYS_flock, "flock"},
    {SYS_fcntl, "fcntl"},
    {SYS_io_getevents, "io_getevents"},
    {SYS_munmap, "munmap"},
#ifdef SYS_io_uring_enter
    {SYS_io_uring_enter, "io_uring_enter"},
#endif
#ifdef SYS_poll
    {SYS_poll, "poll"},
    {SYS_select, "select"},
    {SYS_pause, "pause"},
    {SYS_epoll_wait, "epoll_wait"},
    {SYS_open, "open"},
#endif
#endif
});

}  // namespace

std::string_view system_call_name(long number) noexcept {
  const auto known = std::ranges::find(system_calls, number, &SystemCall::number);
  return known == system_calls.end() ? std::string_view{} : known->name;
}

}  // namespace detail
}  // namespace vitals::inline v1
