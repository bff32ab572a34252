#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <vitals/checks/tcp.hpp>

#include "checks/connect.hpp"
#include "checks/exchange_options.hpp"
#include "checks/run_limit.hpp"

namespace vitals::inline v1 {
namespace checks {

class Tcp::State {
 public:
  State(std::string target, TcpOptions options)
      : name_{std::move(target)}, target_{detail::parse_target("Tcp", name_)}, options_{std::move(options)} {
    detail::require_exchange("Tcp", options_);
  }

  CheckResult run(const CheckContext& context) {
    const detail::RunLimit limit{context};
    return detail::result_of(name_, detail::connect_to(target_, resolver_, limit), options_, limit);
  }

 private:
  const std::string name_;
  const detail::HostAndPort target_;
  const TcpOptions options_;
  detail::HostResolver resolver_;
};

Tcp::Tcp(Text target, TcpOptions options)
    : state_{std::make_shared<State>(std::string{std::string_view{target}}, std::move(options))} {}

CheckResult Tcp::operator()(const CheckContext& context) const { return state_->run(context); }

}  // namespace checks
}  // namespace vitals::inline v1
