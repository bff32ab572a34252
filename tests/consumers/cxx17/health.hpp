#pragma once

#include <cstdint>
#include <memory>

/// What a C++17 program sees of its health: nothing of vitals.
class Health {
 public:
  Health();
  Health(const Health&) = delete;
  Health& operator=(const Health&) = delete;
  ~Health();

  std::uint16_t port() const;
  void set_ready(bool ready);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};
