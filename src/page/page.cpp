#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include <vitals/page.hpp>

#include "core/state/listeners.hpp"
#include "http/negotiation.hpp"
#include "http/probe_resource.hpp"
#include "http/target.hpp"
#include "page/history.hpp"
#include "page/page_assets.hpp"
#include "page/page_writer.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

using namespace std::chrono_literals;

/// What `/health` answers, and a page for browsers.
class PageResource final : public ProbeResource {
 public:
  PageResource() : ProbeResource{std::nullopt} {}
  /// With the transitions of this registry from now on.
  explicit PageResource(const std::shared_ptr<RegistryState>& state)
      : ProbeResource{std::nullopt},
        patience_{state->options.answer_budget + 5s},
        registry_{state},
        listener_{subscribe(*state, [history = history_, registry = state.get()](const HealthEvent& event) {
          history->add(event);
          registry->outdate_answers();
        })} {}
  ~PageResource() override { end_subscription(registry_, std::move(listener_)); }

  [[nodiscard]] std::shared_ptr<const Resource> attached(const std::shared_ptr<RegistryState>& state) const override {
    return std::make_shared<PageResource>(state);
  }
  [[nodiscard]] bool answers_for_health() const noexcept override { return true; }
  [[nodiscard]] std::size_t variants() const noexcept override { return feed + 1; }

  void read(const Wish& wish, Question& question) const override {
    ProbeResource::read(wish, question);
    if (question.one_check) return;
    if (has_parameter(wish.query, "feed")) {
      question.variant = feed;
    } else if (prefers_html(wish.accept)) {
      question.variant = html;
      question.media_type = "text/html; charset=utf-8";
    }
  }

  [[nodiscard]] const std::vector<HttpHeader>* headers(const Question& question) const noexcept override {
    return question.variant == html ? &headers_ : nullptr;
  }

  [[nodiscard]] Rendered write(const View& view, const Question& question) const override {
    if (question.variant == html) return {.media_type = {}, .body = page_html(view, history_->latest(), patience_)};
    // 200, because a browser complains of other codes on its console.
    if (question.variant == feed) return {.media_type = {}, .body = page_feed(view, history_->latest()), .status = 200};
    return ProbeResource::write(view, question);
  }
  using ProbeResource::write;

 private:
  enum Variant : std::size_t { html = ProbeResource::end, feed };

  std::shared_ptr<History> history_ = std::make_shared<History>();
  const std::vector<HttpHeader> headers_{{"Content-Security-Policy", std::string{page_policy}},
                                         {"Referrer-Policy", "no-referrer"}};
  Duration patience_ = {};  ///< Of the script.
  std::weak_ptr<RegistryState> registry_ = {};
  std::shared_ptr<Listener> listener_ = nullptr;
};

}  // namespace
}  // namespace detail

HttpRoute page(Text path, HttpRouteOptions options) {
  return {path, std::make_shared<detail::PageResource>(), options};
}

}  // namespace vitals::inline v1
