"""A headless Chromium that sees loopback alone, and what it saw."""

import contextlib
import os
import pathlib
import shutil
import urllib.parse

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.service import Service

AUDIT = pathlib.Path(__file__).with_name("audit.js").read_text()

DESK, PHONE = 1400, 360
TALLEST = 4000  # pixels of a picture

# It does nothing of its own, and finds no host but this one.
FLAGS = """--headless=new --no-sandbox --no-first-run --disable-gpu
    --disable-dev-shm-usage --disable-background-networking
    --disable-component-update --disable-default-apps --disable-extensions
    --disable-sync --metrics-recording-only --no-pings --no-proxy-server
    --hide-scrollbars --force-color-profile=srgb
    --disable-features=OptimizationHints,MediaRouter,Translate""".split()
RESOLVER = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"


def artefacts(place):
    """Where pictures go: ACME_EDGE_ARTEFACTS, which `make check-httpd` sets to
    artefacts/ in the build; without, they go with the test's directory."""
    directory = pathlib.Path(os.environ.get("ACME_EDGE_ARTEFACTS",
                                            place / "artefacts"))
    directory.mkdir(parents=True, exist_ok=True)
    return directory


class Browser:
    """One window. `place` is a directory for its profile."""

    def __init__(self, place):
        self.pictures = artefacts(place)
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for flag in [*FLAGS, RESOLVER, f"--user-data-dir={place}/profile"]:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        service = Service(shutil.which("chromedriver"))
        self.driver = webdriver.Chrome(options=options, service=service)
        self.driver.set_page_load_timeout(60)
        self.look()

    def stop(self):
        self.driver.quit()

    def look(self, width=DESK, scheme="light", height=900):
        """By which window, and in which of the two schemes of colours."""
        self.width = width
        self._size(height)
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": scheme}]})

    def _size(self, height):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": self.width, "height": height, "deviceScaleFactor": 1,
            "mobile": self.width < 500})

    def speak(self, language):
        """What it prefers, in Accept-Language."""
        self.driver.execute_cdp_cmd("Network.enable", {})
        self.driver.execute_cdp_cmd("Network.setExtraHTTPHeaders", {
            "headers": {"Accept-Language": language}})

    def open(self, port, path):
        self.driver.get(f"http://127.0.0.1:{port}{path}")

    def log_in(self, port, path, user, password):
        """Once for the window; then it sends the password by itself."""
        user = f"{user}:{urllib.parse.quote(password)}"
        self.driver.get(f"http://{user}@127.0.0.1:{port}{path}")
        self.complaints()

    def text(self):
        """What is on the page; "" while it comes again."""
        return self.driver.execute_script(
            "return document.body ? document.body.innerText : ''")

    def find(self, selector):
        return self.driver.find_elements("css selector", selector)

    def words(self, selector):
        """Of each such element, in one look: the page may come again between
        two."""
        return self.driver.execute_script(
            "return [...document.querySelectorAll(arguments[0])]"
            ".map((element) => element.innerText)", selector)

    def press(self, selector):
        """Click the first such element, also where the page comes again just
        before."""
        for _ in range(5):
            with contextlib.suppress(StaleElementReferenceException):
                self.find(selector)[0].click()
                return
        raise TimeoutError(f"no time to press {selector}")

    def query(self):
        """Of the address that it is at."""
        address = urllib.parse.urlsplit(self.driver.current_url)
        return urllib.parse.parse_qs(address.query)

    def wrong(self):
        """What is not as it must be for everybody to read it."""
        return self.driver.execute_script(AUDIT)

    def complaints(self):
        """What it wrote to its console since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def check(self, name):
        """Keep a picture, and expect nothing wrong with what it shows."""
        self.picture(name)
        assert self.wrong() == []
        assert self.complaints() == []

    def picture(self, name):
        """Keep how all of the page looks, up to a height."""
        height = self.driver.execute_script(
            "return document.documentElement.scrollHeight")
        self._size(min(height, TALLEST))
        self.driver.save_screenshot(str(self.pictures / f"{name}.png"))
        self._size(900)
