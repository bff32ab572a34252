#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <poll.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>
#include <vector>

/// Stands in for the application's existing event loop: one thread, which must never block.
class EventLoop {
 public:
  using Task = std::function<void()>;

  EventLoop() : wake_up_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
    if (wake_up_ < 0) throw std::runtime_error{"no eventfd"};
  }
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  ~EventLoop() { close(wake_up_); }

  /// Calls `on_readable` whenever the descriptor is readable, until forget(). Only from the loop's thread.
  void watch(int fd, Task on_readable) { watched_[fd] = std::move(on_readable); }
  void forget(int fd) { watched_.erase(fd); }

  /// Runs `task` on the loop's thread. From any thread.
  void post(Task task) {
    {
      const std::lock_guard lock{mutex_};
      tasks_.push_back(std::move(task));
    }
    eventfd_write(wake_up_, 1);
  }

  /// Runs until stop().
  void run() {
    while (!stopped_) turn();
  }
  /// Only from the loop's thread.
  void stop() { stopped_ = true; }

 private:
  void turn() {
    std::vector<pollfd> fds{{wake_up_, POLLIN, 0}};
    for (const auto& [fd, on_readable] : watched_) fds.push_back({fd, POLLIN, 0});
    poll(fds.data(), fds.size(), -1);
    for (const auto& polled : fds) {
      if (polled.revents == 0) continue;
      if (polled.fd == wake_up_) {
        run_tasks();
      } else if (const auto found = watched_.find(polled.fd); found != watched_.end()) {
        const Task on_readable = found->second;  // a copy, because the call may forget() it
        on_readable();
      }
    }
  }

  void run_tasks() {
    eventfd_t ignored;
    eventfd_read(wake_up_, &ignored);
    std::vector<Task> tasks;
    {
      const std::lock_guard lock{mutex_};
      tasks.swap(tasks_);
    }
    for (const auto& task : tasks) task();
  }

  int wake_up_;
  bool stopped_ = false;
  std::map<int, Task> watched_;
  std::mutex mutex_;
  std::vector<Task> tasks_;
};
