#pragma once

#include <cstdint>
#include <memory>

/// A part of a program with its own health. Always ready.
class Billing {
 public:
  Billing();
  Billing(const Billing&) = delete;
  Billing& operator=(const Billing&) = delete;
  ~Billing();

  std::uint16_t health_port() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};
