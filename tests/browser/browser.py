"""Headless Chromium, driven by the DevTools protocol over a pipe: https://chromedevtools.github.io/devtools-protocol"""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

PATIENCE = int(os.environ.get("PATIENCE", 90))  # seconds, for a slow machine


class Browser:
  """One tab. What it says on the console is in `complaints`."""

  def __init__(self):
    self.folder = tempfile.mkdtemp()
    to_browser, self.output = os.pipe()
    self.input, from_browser = os.pipe()
    # Chromium reads from 3 and writes to 4.
    ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (to_browser, from_browser)]
    os.close(to_browser)
    os.close(from_browser)

    def place_ends():
      os.dup2(ends[0], 3)
      os.dup2(ends[1], 4)

    self.process = subprocess.Popen(
        ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
         "--hide-scrollbars", "--disable-background-networking", "--remote-debugging-pipe",
         f"--user-data-dir={self.folder}", "about:blank"],
        preexec_fn=place_ends, pass_fds=(3, 4), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, env={**os.environ, "HOME": self.folder})
    for end in ends:
      os.close(end)
    self.received = b""
    self.number = 0
    self.session = None
    self.complaints = []
    target = self.call("Target.createTarget", url="about:blank")["targetId"]
    self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    for domain in ("Page", "Runtime", "Log", "Network"):
      self.call(domain + ".enable")

  def close(self):
    self.process.kill()
    self.process.wait()
    os.close(self.output)
    os.close(self.input)
    shutil.rmtree(self.folder, ignore_errors=True)

  def call(self, method, **parameters):
    self.number += 1
    message = {"id": self.number, "method": method, "params": parameters}
    if self.session:
      message["sessionId"] = self.session
    rest = json.dumps(message).encode() + b"\0"
    while rest:
      rest = rest[os.write(self.output, rest):]
    while True:
      reply = self.receive()
      if reply.get("id") == self.number:
        if "error" in reply:
          raise RuntimeError(f"{method}: {reply['error']}")
        return reply["result"]

  def receive(self):
    end = time.monotonic() + PATIENCE
    while b"\0" not in self.received:
      if not select.select([self.input], [], [], max(0, end - time.monotonic()))[0]:
        raise TimeoutError("Chromium doesn't answer")
      piece = os.read(self.input, 1 << 20)
      if not piece:
        raise RuntimeError("Chromium has ended")
      self.received += piece
    text, self.received = self.received.split(b"\0", 1)
    message = json.loads(text)
    self.note(message)
    return message

  def note(self, message):
    method, said = message.get("method"), message.get("params")
    if method == "Log.entryAdded":
      self.complaints.append(said["entry"]["text"])
    elif method == "Runtime.consoleAPICalled":
      self.complaints.append(str([each.get("value") for each in said["args"]]))
    elif method == "Runtime.exceptionThrown":
      self.complaints.append(json.dumps(said["exceptionDetails"]))

  def evaluate(self, expression):
    reply = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
    if "exceptionDetails" in reply:
      raise RuntimeError(f"{expression}: {reply['exceptionDetails']}")
    return reply["result"].get("value")

  def wait_for(self, expression):
    """Waits until the expression is true. It may fail meanwhile, as while a page is loaded."""
    end = time.monotonic() + PATIENCE
    while True:
      try:
        if self.evaluate(f"!!({expression})"):
          return
        error = ""
      except RuntimeError as failure:
        error = str(failure)
      if time.monotonic() > end:
        raise AssertionError(f"never: {expression}\n{error or self.evaluate('document.body.innerText')}")
      time.sleep(0.05)

  def open(self, url):
    self.call("Page.navigate", url=url)
    self.wait_for("document.readyState == 'complete' && location.protocol == 'http:'")

  def run_first(self, script):
    """Has a script run in each page before its own."""
    self.call("Page.addScriptToEvaluateOnNewDocument", source=script)

  def resize(self, width, height=900):
    self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

  def emulate(self, media="", **features):
    self.call("Emulation.setEmulatedMedia", media=media,
              features=[{"name": name.replace("_", "-"), "value": value} for name, value in features.items()])

  def screenshot(self, path):
    self.call("Page.bringToFront")
    picture = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
    with open(path, "wb") as file:
      file.write(base64.b64decode(picture["data"]))
