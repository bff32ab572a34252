// A program that uses vitals only through two libraries, each with a registry and a server of its own.

#include <iostream>

#include "../ask.hpp"
#include "billing.hpp"
#include "orders.hpp"

int main() {
  const Orders orders;
  const Billing billing;

  const bool orders_ready = is_ready(orders.health_port());
  const bool billing_ready = is_ready(billing.health_port());

  if (!orders_ready && billing_ready) return 0;
  std::cerr << "orders ready: " << orders_ready << ", billing ready: " << billing_ready << '\n';
  return 1;
}
