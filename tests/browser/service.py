"""The service whose page the tests look at."""

import subprocess
import urllib.error
import urllib.request


class Service:
  """The tested service; see page_service.cpp."""

  def __init__(self, program, sees="details", *words, port=0):
    self.process = subprocess.Popen([program, sees, str(port), *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                    stderr=subprocess.DEVNULL, text=True)
    self.url = self.process.stdout.readline().strip()
    self.port = int(self.url.split(":")[2].split("/")[0])

  def obey(self, command):
    self.process.stdin.write(command + "\n")
    self.process.stdin.flush()
    if self.process.stdout.readline() != "done\n":
      raise RuntimeError(f"the service has ended at: {command}")

  def get(self, query="", accept="text/html"):
    request = urllib.request.Request(self.url + query, headers={"Accept": accept})
    try:
      with urllib.request.urlopen(request, timeout=60) as reply:
        return reply.read().decode()
    except urllib.error.HTTPError as error:
      return error.read().decode()

  def close(self):
    self.process.stdin.close()
    self.process.wait()
    self.process.stdout.close()
