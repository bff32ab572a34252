"""What the tests of the page share."""

import os
import unittest

from browser import Browser
from service import Service

SCREENSHOTS = os.environ["VITALS_SCREENSHOTS"]
LIVE = "document.getElementById('live').textContent == 'Live'"
LOST = "document.body.className == 'lost'"
# The page waits 50 ms at most, and notes how long it wanted to wait.
IMPATIENT = """
  window.delays = [];
  const real = window.setTimeout, timeout = AbortSignal.timeout;
  AbortSignal.timeout = patience => {
    window.patience = patience;
    return timeout.call(AbortSignal, window.limit || 60000);
  };
  window.setTimeout = (call, delay) => { window.delays.push(delay); return real(call, Math.min(delay, 50)); };
"""


class PageCase(unittest.TestCase):
  """Tests with a browser of their own."""

  def setUp(self):
    self.browser = Browser()
    self.addCleanup(self.browser.close)
    self.browser.resize(1280)
    self.browser.run_first(IMPATIENT)
    os.makedirs(SCREENSHOTS, exist_ok=True)

  def serve(self, *arguments, **options):
    service = Service(os.environ["VITALS_PAGE_SERVICE"], *arguments, **options)
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
