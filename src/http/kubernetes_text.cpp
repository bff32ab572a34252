#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <vitals/kubernetes_text.hpp>

#include "core/base/validator.hpp"
#include "core/model/probe_rules.hpp"
#include "http/resource.hpp"
#include "http/target.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

constexpr std::size_t max_excluded = 100;

/// "/readyz/x" gives "readyz".
std::string_view first_segment(std::string_view path) {
  path.remove_prefix(std::min<std::size_t>(1, path.size()));
  return path.substr(0, path.find('/'));
}

/// As Go's %q writes printable ASCII.
std::string in_go_quotes(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

class KubernetesText final : public Resource {
 public:
  KubernetesText(std::string_view path, Probe probe, int failure_code)
      : name_{first_segment(path)}, probe_{probe}, failure_code_{failure_code} {}

  [[nodiscard]] ProbeSet needs() const noexcept override { return ProbeSet::of(probe_); }
  [[nodiscard]] std::string_view subject() const noexcept override { return to_string(probe_); }
  [[nodiscard]] bool has_checks() const noexcept override { return true; }
  [[nodiscard]] std::size_t variants() const noexcept override { return 2; }
  void read(const Wish& wish, Question& question) const override;
  [[nodiscard]] Rendered write(const View& view, const Question& question) const override;
  [[nodiscard]] Rendered write(const CheckReport& check, WallTime time, const Question& question) const override;

 private:
  enum Variant : std::size_t { terse, verbose };

  [[nodiscard]] std::string verdict(bool passes) const {
    return name_ + (passes ? " check passed\n" : " check failed\n");
  }

  std::string name_;
  Probe probe_;
  int failure_code_;
};

/// The lines of one answer.
class Lines {
 public:
  explicit Lines(std::vector<std::string> excluded) : unknown_{std::move(excluded)} {}

  void add(const CheckReport& check) {
    const auto found = std::lower_bound(unknown_.begin(), unknown_.end(), check.name);
    if (found == unknown_.end() || *found != check.name) return add(check.name, counted(check) != Status::fail);
    unknown_.erase(found);
    text_.append("[+]").append(check.name).append(" excluded: ok\n");
  }
  void add(std::string_view name, bool passes) {
    passes_ = passes_ && passes;
    text_.append(passes ? "[+]" : "[-]").append(name).append(passes ? " ok\n" : " failed: reason withheld\n");
  }
  void end() {
    if (text_.empty()) text_ = "[+]ping ok\n";
    if (unknown_.empty()) return;
    text_ += "warn: some health checks cannot be excluded: no matches for ";
    for (const auto& name : unknown_) text_.append(&name == &unknown_.front() ? "" : ",").append(in_go_quotes(name));
    text_ += '\n';
  }

  [[nodiscard]] bool passes() const noexcept { return passes_; }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::vector<std::string> unknown_;  ///< Excluded names that no check has had so far, sorted.
  std::string text_ = {};
  bool passes_ = true;
};

void KubernetesText::read(const Wish& wish, Question& question) const {
  Parameters parameters{wish.query};
  while (const auto parameter = parameters.next()) {
    if (parameter->name == "verbose") question.variant = verbose;
    if (parameter->name != "exclude" || question.sight == Sight::counts || question.one_check) continue;
    auto name = safe_text(decoded(parameter->value), 256);
    if (!name.empty() && question.excluded.size() < max_excluded) question.excluded.push_back(std::move(name));
  }
  auto& excluded = question.excluded;
  std::sort(excluded.begin(), excluded.end());
  excluded.erase(std::unique(excluded.begin(), excluded.end()), excluded.end());
}

Rendered KubernetesText::write(const View& view, const Question& question) const {
  const Report& report = view.of(probe_);
  Lines lines{question.excluded};
  for (const auto& check : report.checks()) lines.add(check);
  if (!report.reason().empty() && report.status() == Status::fail)
    lines.add(report.reason_by_library() && report.reason() == "starting" ? "startup" : "shutdown", false);
  lines.end();
  // Excluding checks can only turn a failure into a pass.
  const bool passes = report.status() != Status::fail || (!question.excluded.empty() && lines.passes());
  Rendered rendered{.media_type = {}, .status = passes ? 200 : failure_code_};
  if (passes && question.variant == terse)
    rendered.body = "ok";
  else
    rendered.body = (view.has_names() ? lines.text() : std::string{}) + verdict(passes);
  return rendered;
}

Rendered KubernetesText::write(const CheckReport& check, WallTime, const Question& question) const {
  if (counted(check) != Status::fail) return {.media_type = {}, .body = "ok", .status = 200};
  const bool withheld = question.sight != Sight::details && !check.message_by_library;
  return {.media_type = {},
          .body = "internal server error: " + (withheld ? std::string{"reason withheld"} : check.message) + '\n',
          .status = failure_code_};
}

}  // namespace
}  // namespace detail

HttpRoute kubernetes_text(Text path, Probe probe, KubernetesTextOptions options) {
  detail::Validator{"KubernetesTextOptions"}.in_range("failure_code", options.failure_code, 400, 599);
  return {
      path, std::make_shared<detail::KubernetesText>(path, probe, options.failure_code), {.callers = options.callers}};
}

}  // namespace vitals::inline v1
