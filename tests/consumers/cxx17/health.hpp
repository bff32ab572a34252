#pragma once

#include <cstdint>
#include <memory>

/// The health of a C++17 program, without a type of vitals in its interface.
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
