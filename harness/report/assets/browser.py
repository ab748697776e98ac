# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium, driven over its debugging pipe: the DevTools protocol, one JSON message after another.

Takes files, gives what their pages show, do and say. Needs the package chromium, and no network: nothing is asked of it.
"""

import base64
import json
import os
import select
import shutil
import subprocess
import time


def find_chromium():
    """The path of the browser; None where there is none."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Browser:
    """Owns the process and ends it. `profile` is a folder of its own."""

    def __init__(self, chromium, profile, timeout_s=60):
        asks, self.commands = os.pipe()
        self.answers, tells = os.pipe()
        self.timeout_s = timeout_s
        self.count, self.rest, self.events = 0, b"", []

        def place():  # Chromium reads descriptor 3 and writes 4.
            first, second = os.dup(asks), os.dup(tells)
            os.dup2(first, 3)
            os.dup2(second, 4)

        self.process = subprocess.Popen(
            [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
             f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"],
            preexec_fn=place, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(asks)
        os.close(tells)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.send("Browser.close")
            self.process.wait(10)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        os.close(self.commands)
        os.close(self.answers)

    def send(self, method, session=None, **parameters):
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.commands, data):]
        return self.count

    def receive(self, deadline):
        """The next message."""
        while b"\0" not in self.rest:
            if not select.select([self.answers], [], [], max(0, deadline - time.monotonic()))[0]:
                raise TimeoutError("the browser does not answer")
            data = os.read(self.answers, 1 << 20)
            if not data:
                raise EOFError("the browser has ended")
            self.rest += data
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, session=None, **parameters):
        """What the browser answers; events that come meanwhile are kept."""
        asked = self.send(method, session, **parameters)
        deadline = time.monotonic() + self.timeout_s
        while True:
            message = self.receive(deadline)
            if message.get("id") != asked:
                self.events.append(message)
            elif "error" in message:
                raise RuntimeError(f"{method}: {message['error']['message']}")
            else:
                return message["result"]

    def wait(self, method, session):
        """The parameters of the first such event since the last one."""
        deadline = time.monotonic() + self.timeout_s
        while True:
            for index, event in enumerate(self.events):
                if event.get("method") == method and event.get("sessionId") == session:
                    del self.events[index]
                    return event["params"]
            self.events.append(self.receive(deadline))

    def open(self, path=None, width=1100, height=900, scheme="light", has_scripts=True):
        return Page(self, path, width, height, scheme, has_scripts)


class Page:
    """A tab with one page, loaded when it is made."""

    def __init__(self, browser, path, width, height, scheme, has_scripts):
        self.browser = browser
        self.target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        self.call("Page.enable")
        self.call("Runtime.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call("Emulation.setScriptExecutionDisabled", value=not has_scripts)
        if path:
            self.load(path)

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def load(self, path):
        self.call("Page.navigate", url=path.absolute().as_uri())
        self.browser.wait("Page.loadEventFired", self.session)

    def close(self):
        self.browser.call("Target.closeTarget", targetId=self.target)

    def run(self, script):
        """The value of an expression of JavaScript; awaited where it is a promise."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"].get("exception", {}).get("description", script))
        return answer["result"].get("value")

    def settle(self):
        """Two frames: what was asked for is laid out and painted."""
        self.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))")

    def key(self, name, **more):
        """A key of the keyboard: `Tab`, `ArrowLeft`, `+`."""
        codes = {"Tab": 9, "Enter": 13, " ": 32, "ArrowLeft": 37, "ArrowRight": 39}
        text = {"Enter": "\r"}.get(name, name if len(name) == 1 else "")
        shared = {"key": name, "windowsVirtualKeyCode": codes.get(name, ord(name[0])), **more}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **shared)
        self.call("Input.dispatchKeyEvent", type="keyUp", **shared)

    def drag(self, from_x, to_x, y):
        """With the left button."""
        def act(kind, x, **more):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", **more)
        act("mouseMoved", from_x)
        act("mousePressed", from_x, buttons=1, clickCount=1)
        act("mouseMoved", (from_x + to_x) / 2, buttons=1)
        act("mouseMoved", to_x, buttons=1)
        act("mouseReleased", to_x, clickCount=1)

    def click(self, x, y, times=1):
        for count in range(1, times + 1):
            for kind in ("mousePressed", "mouseReleased"):
                self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=count)

    def faults(self):
        """Exceptions and complaints of the page since it was loaded."""
        told = [event["params"] for event in self.browser.events if event.get("sessionId") == self.session]
        thrown = [it["exceptionDetails"] for it in told if "exceptionDetails" in it]
        return [it.get("exception", {}).get("description", it["text"]) for it in thrown]

    def picture(self, path, is_whole=True):
        image = self.call("Page.captureScreenshot", captureBeyondViewport=is_whole)
        path.write_bytes(base64.b64decode(image["data"]))
