"""Draws src/page/page.png, the picture of the page in the READMEs: python3 tests/browser/picture.py build/dev"""

import os
import sys

from browser import Browser
from service import Service

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def main():
  service = Service(os.path.join(sys.argv[1], "tests/browser/page_service"), "details")
  browser = Browser()
  try:
    browser.resize(1000, 620)
    browser.emulate(prefers_color_scheme="light")
    browser.open(service.url)
    for check, reason in (("search warn", "index is 4 min behind"), ("database fail", "connection to db-1 refused")):
      service.obey(f"{check} {reason}")
      browser.wait_for(f"document.querySelector('#log').innerText.includes('{reason}')")
    browser.screenshot(os.path.join(ROOT, "src/page/page.png"))
  finally:
    browser.close()
    service.close()


if __name__ == "__main__":
  main()
