"""What the page shows, and how it keeps up: in headless Chromium."""

import signal
import unittest

from page_case import LIVE, LOST, PageCase

# What the page shows, without times.
SHOWN = """
  [...document.querySelectorAll('#verdict, #probes > li, #checks caption span, #checks tbody > tr, #log > li')]
    .map(element => {
      const copy = element.cloneNode(true);
      copy.querySelectorAll('time').forEach(time => time.remove());
      return copy.outerHTML.replace(/\\s+/g, ' ').replace(/ (?=<\\/li>)/, '');
    })
"""


class PageTest(PageCase):
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
    self.assertIn("third 0.3333333333333333, whole 2, up true, primary &lt;db-1&gt;<", " ".join(written))
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
    self.assertFalse(self.browser.evaluate("!!document.querySelector('input')"))  # from 20 checks on
    self.assertEqual(self.browser.complaints, [])
    self.assertTrue(self.browser.evaluate("window.same"))

  def test_has_the_status_of_health_which_the_browser_notes(self):
    service = self.serve("details", "still")

    self.open_live(service)

    self.assertEqual(self.browser.complaints,
                     ["Failed to load resource: the server responded with a status of 503 (Service Unavailable)"])

  def test_a_selected_text_stays_selected(self):
    service = self.serve()
    service.obey("database fail connection refused")
    self.open_live(service)
    self.browser.wait_for(self.row("database") + ".className == 'fail'")

    self.browser.evaluate(f"getSelection().selectAllChildren({self.row('database')}.cells[6])")
    self.browser.evaluate("window.delays.length = 0")
    self.browser.wait_for("window.delays.length > 3")

    self.assertIn("connection refused", self.browser.evaluate("getSelection().toString()"))

  def test_another_version_is_loaded(self):
    service = self.serve()
    self.open_live(service)
    service.close()
    self.browser.wait_for(LOST)

    self.serve("details", "new", port=service.port)

    self.browser.wait_for("document.querySelector('h1').innerText.includes('1.4.3')")
    self.browser.wait_for(LIVE)

  def test_a_service_that_hangs_is_lost(self):
    service = self.serve()
    self.open_live(service)
    self.assertEqual(self.browser.evaluate("window.patience"), 5750)

    self.browser.evaluate("window.limit = 100")
    service.process.send_signal(signal.SIGSTOP)
    self.browser.wait_for(LOST)
    service.process.send_signal(signal.SIGCONT)
    self.browser.evaluate("window.limit = 60000")

    self.browser.wait_for(LIVE)

  def test_ages_are_by_the_services_clock(self):
    self.browser.run_first("const now = Date.now; Date.now = () => now() + 3600000")
    service = self.serve()

    self.open_live(service)

    self.browser.wait_for("/^Serving for \\d+ s$/.test(document.querySelector('#verdict p').textContent)")
    self.browser.wait_for(self.row("database") + ".cells[3].textContent.match(/just now|^\\d+ s ago/)")

  def test_the_end_and_the_return_of_the_service_are_shown(self):
    service = self.serve()
    self.open_live(service)

    service.obey("stop")
    self.browser.wait_for(LOST)

    self.assertRegex(self.text("#live"), r"^No answer since \d+:\d\d:\d\d.* \(\d+ s\)\..* What follows is from then\.$")
    self.assertIn("has not answered since", self.text("#said"))
    self.assertEqual(len(self.browser.evaluate("[...document.querySelectorAll('tbody tr')]")), 6)
    self.picture("lost")
    self.browser.resize(1280, 300)
    self.browser.evaluate("scrollTo(0, 300)")
    self.assertGreater(self.browser.evaluate("scrollY"), 0)
    self.assertGreaterEqual(self.browser.evaluate("document.getElementById('live').getBoundingClientRect().top"), 0)

    service.obey("start")
    self.browser.wait_for(LIVE)

    self.assertEqual(self.browser.evaluate("document.body.className"), "")
    self.assertEqual(self.text("#said"), "Passing: 6 passing")

  def test_asks_every_2_s_less_often_when_hidden_and_after_misses(self):
    self.browser.run_first("Object.defineProperty(document, 'hidden', {get: () => window.isHidden || false})")
    service = self.serve()
    self.open_live(service)
    self.browser.wait_for("window.delays.includes(2000)")
    self.assertEqual(set(self.browser.evaluate("window.delays")), {2000})

    self.browser.evaluate("window.isHidden = true, window.delays.length = 0")
    self.browser.wait_for("window.delays.includes(10000)")
    self.browser.evaluate("window.isHidden = false, window.delays.length = 0")
    self.browser.wait_for("window.delays.includes(2000)")
    service.obey("stop")
    self.browser.wait_for("window.delays.includes(15000)")

    self.assertEqual(sorted(set(self.browser.evaluate("window.delays")) - {10000}), [2000, 4000, 8000, 15000])


if __name__ == "__main__":
  unittest.main()
