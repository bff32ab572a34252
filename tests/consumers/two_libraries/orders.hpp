#pragma once

#include <cstdint>
#include <memory>

/// A part of a program with its own health. Never ready.
class Orders {
 public:
  Orders();
  Orders(const Orders&) = delete;
  Orders& operator=(const Orders&) = delete;
  ~Orders();

  std::uint16_t health_port() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};
