"""What the page must not do, and whom it must suit: in headless Chromium."""

import re
import unittest

from page_case import LOST, PageCase

HOSTILE = "</script><script>window.owned=1</script><img src=x onerror=window.owned=1>&lt;"


class PageLimitsTest(PageCase):
  def test_hostile_texts_stay_texts(self):
    service = self.serve("details", "hostile")
    service.obey("database fail " + HOSTILE)
    service.obey("cache warn " + HOSTILE)
    self.open_live(service)
    self.browser.wait_for(self.row("database") + ".className == 'fail'")
    self.browser.wait_for("document.getElementById('log').innerText.includes('<img')")

    for with_script in (True, False):
      self.browser.call("Emulation.setScriptExecutionDisabled", value=not with_script)
      if not with_script:
        self.browser.open(service.url)  # as the service writes it
      self.assertIn(HOSTILE, self.text("#checks"))
      self.assertIn(HOSTILE, self.text("#log"))
      self.assertIn("bad: javascript:window.owned=1", self.text("nav"))
      self.assertEqual(self.browser.evaluate("[document.images.length, document.scripts.length]"), [0, 1])
      self.assertIsNone(self.browser.evaluate("window.owned"))

  def test_only_its_own_script_may_run(self):
    service = self.serve()
    self.open_live(service)

    self.browser.evaluate("""
      const script = document.createElement('script');
      script.textContent = 'window.owned = 1';
      document.body.append(script);
    """)

    self.assertIsNone(self.browser.evaluate("window.owned"))
    self.assertIn("Content Security Policy", " ".join(self.browser.complaints))

  def test_shows_no_details_to_those_who_may_not_see_them(self):
    service = self.serve("names")
    service.obey("database fail wrong password")

    self.open_live(service)
    self.browser.wait_for(self.row("database") + ".className == 'fail'")
    self.browser.wait_for("document.getElementById('log').innerText.includes('database')")

    self.assertFalse(self.browser.evaluate("document.querySelector('th.more').checkVisibility()"))
    for content in (self.text("body"), service.get().split("<script>")[0], service.get("?feed")):
      self.assertIn("database", content)
      for secret in ("password", "otes", "1.4.2", "wiki", "connections", "not critical"):
        self.assertNotIn(secret, content)

  def test_shows_no_names_to_those_who_may_not_see_them(self):
    service = self.serve("counts")
    service.obey("database fail wrong password")

    self.open_live(service)
    self.browser.wait_for("document.getElementById('verdict').className == 'fail'")

    self.assertRegex(self.text("#verdict"), "^Failing ?1 failing, 5 passing")
    for content in (self.text("body"), service.get().split("<script>")[0], service.get("?feed")):
      for secret in ("database", "password", "event-loop", "transitions", "otes"):
        self.assertNotIn(secret, content)

  def test_is_accessible_in_light_and_dark(self):
    service = self.serve()
    service.obey("add 20")
    service.obey("search warn slow")
    service.obey("database fail connection refused")
    service.obey("cache warn slow")
    self.open_live(service)
    self.browser.wait_for(self.row("database") + ".className == 'fail'")
    self.browser.wait_for("document.querySelector('#log time')")

    self.axe("failing")
    self.browser.resize(320)
    self.axe("narrow")
    self.browser.resize(1280)
    service.obey("stop")
    self.browser.wait_for(LOST)
    self.axe("lost")

  def test_fits_all_widths(self):
    service = self.serve()
    service.obey("database fail connection to server at \"db-1.internal.example\" (10.0.0.7), port 5432 failed: " +
                 "a" * 120)
    service.obey("cache fail 10.0.0.9:6379: connection refused")
    service.obey("search warn index is 4 min behind")
    self.open_live(service)
    self.browser.wait_for(self.row("database") + ".className == 'fail'")
    self.browser.wait_for("document.querySelector('#log time')")

    for width in (320, 768, 1280):
      self.browser.resize(width)
      for scheme in ("light", "dark"):
        self.browser.emulate(prefers_color_scheme=scheme)
        self.picture(f"{width}-{scheme}")
    self.browser.emulate(media="print", prefers_color_scheme="light")
    self.browser.resize(720)
    self.picture("print")
    self.assertTrue(self.browser.evaluate("document.querySelector('thead').getBoundingClientRect().width > 100"))
    self.assertFalse(self.browser.evaluate("document.querySelector('footer').checkVisibility()"))

  def test_long_texts_fit_too(self):
    service = self.serve("details", "hostile")
    service.obey("long")
    service.obey("database fail " + "a" * 300)
    self.open_live(service)
    self.browser.wait_for(self.row("n" * 64))

    for width in (320, 768, 900, 1280):
      self.browser.resize(width)
      self.assertLessEqual(self.browser.evaluate("document.documentElement.scrollWidth"), width)

  def test_a_thousand_checks_stay_usable(self):
    service = self.serve()
    service.obey("add 994")
    self.open_live(service)
    self.assertEqual(self.text("#count"), "1000")

    for _ in range(3):  # two links, the filter
      for kind in ("rawKeyDown", "keyUp"):
        self.browser.call("Input.dispatchKeyEvent", type=kind, key="Tab", windowsVirtualKeyCode=9)
    self.browser.call("Input.insertText", text="PARTITION-77")

    self.assertEqual(self.text("#count"), "11 of 1000")
    shown = "[...document.querySelectorAll('tbody tr')].filter(row => row.checkVisibility()).length"
    self.assertEqual(self.browser.evaluate(shown), 11)
    service.obey("database fail connection refused")
    self.browser.wait_for("document.getElementById('verdict').className == 'fail'")
    self.assertEqual(self.browser.evaluate(shown), 11)
    self.assertEqual(self.browser.evaluate("document.activeElement.value"), "PARTITION-77")
    self.assertEqual(self.browser.complaints, [])

  def test_is_less_than_24_kib(self):
    page = self.serve().get()

    self.assertLess(len(page.encode()), 24 * 1024)
    self.assertEqual(re.findall(r"(?:src|@import|url\()\s*=?", page), [])


if __name__ == "__main__":
  unittest.main()
