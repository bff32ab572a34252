"""The page for people, as headless Chromium shows it."""

import os
import re
import unittest

from browser import Browser
from service import Service

SCREENSHOTS = os.environ["VITALS_SCREENSHOTS"]
LIVE = "document.getElementById('live').textContent == 'Live'"
LOST = "document.body.className == 'lost'"
HOSTILE = "</script><script>window.owned=1</script><img src=x onerror=window.owned=1>&lt;"
# The page waits 50 ms at most, and notes how long it wanted to wait.
IMPATIENT = """
  window.delays = [];
  const real = window.setTimeout;
  window.setTimeout = (call, delay) => { window.delays.push(delay); return real(call, Math.min(delay, 50)); };
"""
# What the page shows, without times.
SHOWN = """
  [...document.querySelectorAll('#verdict, #probes > li, #checks caption span, #checks tbody > tr, #log > li')]
    .map(element => {
      const copy = element.cloneNode(true);
      copy.querySelectorAll('time').forEach(time => time.remove());
      return copy.outerHTML.replace(/\\s+/g, ' ').replace(/ (?=<\\/li>)/, '');
    })
"""


class PageTest(unittest.TestCase):
  def setUp(self):
    self.browser = Browser()
    self.addCleanup(self.browser.close)
    self.browser.resize(1280)
    self.browser.run_first(IMPATIENT)
    os.makedirs(SCREENSHOTS, exist_ok=True)

  def serve(self, *arguments):
    service = Service(os.environ["VITALS_PAGE_SERVICE"], *(arguments or ("details",)))
    self.addCleanup(service.close)
    return service

  def open_live(self, service):
    self.browser.open(service.url)
    self.browser.wait_for(LIVE)

  def text(self, selector):
    return self.browser.evaluate(f"document.querySelector('{selector}').innerText.replace(/\\s+/g, ' ').trim()")

  def row(self, name):
    """The script's view of a check's row."""
    return f"[...document.querySelectorAll('#checks tbody tr')].find(row => row.cells[0].textContent == '{name}')"

  def picture(self, name):
    self.browser.screenshot(f"{SCREENSHOTS}/{name}.png")

  def axe(self, state):
    with open(os.environ["VITALS_AXE"], encoding="utf-8") as file:
      self.browser.evaluate("window.axe ? 0 : (() => {" + file.read() + "})()")
    for scheme in ("light", "dark"):
      self.browser.emulate(prefers_color_scheme=scheme)
      found = self.browser.evaluate("axe.run().then(result => result.violations.map(violation => violation.id + ': ' + "
                                    "violation.nodes.map(node => node.failureSummary + ' ' + node.html).join()))")
      self.assertEqual(found, [], f"{state}, {scheme}")

  def test_shows_all_without_javascript(self):
    service = self.serve()
    self.browser.call("Emulation.setScriptExecutionDisabled", value=True)

    self.browser.open(service.url)

    self.assertEqual(self.text("h1"), "notes 1.4.2 · 9f3c2e1")
    self.assertIn("Keeps notes.", self.text("body"))
    self.assertRegex(self.text("#verdict"), r"^Passing ?6 passing Serving since 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC$")
    self.assertRegex(self.text("#live"), r"^As of 20\d\d-")
    names = self.browser.evaluate("[...document.querySelectorAll('tbody th')].map(cell => cell.innerText)")
    self.assertEqual(names, ["cache", "database", "event-loop", "migration", "queue", "search"])
    self.assertIn("Without JavaScript", self.text("footer"))
    links = self.browser.evaluate("[...document.querySelectorAll('nav a')].map(link => link.href)")
    self.assertEqual(links, ["https://wiki.example/notes?a=1&b=2", "https://graphs.example/notes"])

  def test_the_script_shows_what_the_service_wrote(self):
    service = self.serve("details", "still")
    self.browser.call("Emulation.setScriptExecutionDisabled", value=True)
    self.browser.open(service.url)
    written = self.browser.evaluate(SHOWN)
    title = self.browser.evaluate("document.title")

    self.browser.call("Emulation.setScriptExecutionDisabled", value=False)
    self.open_live(service)

    self.assertEqual(self.browser.evaluate(SHOWN), written)
    self.assertEqual(self.browser.evaluate("document.title"), title)
    self.assertRegex(" ".join(written), "[12] failures? of 3")
    self.assertIn("connections 7, primary db-1<", " ".join(written))
    self.assertIn("not critical", " ".join(written))

  def test_a_flip_is_seen_without_a_reload(self):
    service = self.serve()
    self.open_live(service)
    self.browser.evaluate("window.same = true")

    service.obey("database fail connection refused")
    self.browser.wait_for(self.row("database") + ".className == 'fail'")

    self.assertEqual(self.browser.evaluate("document.querySelector('tbody th').innerText"), "database")
    self.assertRegex(self.text("#verdict"), "^Failing ?1 failing, 5 passing")
    self.assertEqual(self.text("#probe-readiness"), "Readiness fail")
    self.assertEqual(self.browser.evaluate("document.title"), "Failing: notes")
    self.assertEqual(self.text("#said"), "Failing: 1 failing, 5 passing")
    self.browser.wait_for("document.getElementById('log').innerText.includes('connection refused')")
    self.browser.wait_for("document.getElementById('log').innerText.includes('readiness probe')")

    service.obey("database pass")
    self.browser.wait_for(self.row("database") + ".className == 'pass'")

    self.assertEqual(self.text("#said"), "Passing: 6 passing")
    self.assertTrue(self.browser.evaluate("window.same"))
    self.assertEqual(self.browser.complaints, [])

  def test_the_end_and_the_return_of_the_service_are_shown(self):
    service = self.serve()
    self.open_live(service)

    service.obey("stop")
    self.browser.wait_for(LOST)

    self.assertRegex(self.text("#live"), r"^No answer since \d+:\d\d:\d\d.* \(\d+ s\)\. What follows is from then\.$")
    self.assertIn("has not answered since", self.text("#said"))
    self.assertEqual(len(self.browser.evaluate("[...document.querySelectorAll('tbody tr')]")), 6)
    self.picture("lost")

    service.obey("start")
    self.browser.wait_for(LIVE)

    self.assertEqual(self.browser.evaluate("document.body.className"), "")
    self.assertEqual(self.text("#said"), "Passing: 6 passing")

  def test_asks_every_2_s_less_often_when_hidden_and_after_misses(self):
    self.browser.run_first("Object.defineProperty(document, 'hidden', {get: () => window.isHidden || false})")
    service = self.serve()
    self.open_live(service)
    self.assertEqual(set(self.browser.evaluate("window.delays")), {2000})

    self.browser.evaluate("window.isHidden = true, window.delays.length = 0")
    self.browser.wait_for("window.delays.includes(10000)")
    self.browser.evaluate("window.isHidden = false, window.delays.length = 0")
    self.browser.wait_for("window.delays.includes(2000)")
    service.obey("stop")
    self.browser.wait_for("window.delays.includes(15000)")

    self.assertEqual(sorted(set(self.browser.evaluate("window.delays")) - {10000}), [2000, 4000, 8000, 15000])

  def test_hostile_texts_stay_texts(self):
    service = self.serve("details", "hostile")
    service.obey("database fail " + HOSTILE)
    service.obey("cache warn " + HOSTILE)

    self.open_live(service)
    self.browser.wait_for(self.row("database") + ".className == 'fail'")
    self.browser.wait_for("document.getElementById('log').innerText.includes('<img')")
    self.browser.open(service.url)  # now as the service writes it
    self.browser.wait_for(LIVE)

    self.assertIn(HOSTILE, self.text("#checks"))
    self.assertIn(HOSTILE, self.text("#log"))
    self.assertIn("bad: javascript:window.owned=1", self.text("nav"))
    self.assertEqual(self.browser.evaluate("[document.images.length, document.scripts.length, window.owned || 0]"),
                     [0, 1, 0])

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
      self.assertLessEqual(self.browser.evaluate("document.documentElement.scrollWidth"), width)
    self.browser.emulate(media="print", prefers_color_scheme="light")
    self.picture("print")

  def test_a_thousand_checks_stay_usable(self):
    service = self.serve()
    service.obey("add 994")
    self.open_live(service)
    self.assertEqual(self.text("#count"), "1000")

    self.browser.evaluate("document.querySelector('input').focus()")
    self.browser.call("Input.insertText", text="PARTITION-77")

    self.assertEqual(self.text("#count"), "11 of 1000")
    shown = "[...document.querySelectorAll('tbody tr')].filter(row => row.checkVisibility()).length"
    self.assertEqual(self.browser.evaluate(shown), 11)
    service.obey("database fail connection refused")
    self.browser.wait_for("document.getElementById('verdict').className == 'fail'")
    self.assertEqual(self.browser.evaluate(shown), 11)
    self.assertEqual(self.browser.evaluate("document.activeElement.value"), "PARTITION-77")

  def test_is_less_than_24_kib(self):
    page = self.serve().get()

    self.assertLess(len(page.encode()), 24 * 1024)
    self.assertEqual(re.findall(r"(?:src|@import|url\()\s*=?", page), [])


if __name__ == "__main__":
  unittest.main()
