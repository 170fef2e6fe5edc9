"""Clicks through the page of `iisan serve` in headless Chromium; `clicks` beside this says how it is called.

    clicks.py COMMAND RUN FOLDER

Every step says what it saw, and one that saw something else ends the program with status 1. A step is what a person does: it finds things by
their words, and not by how they are drawn.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from axe_core_python.selenium import Axe
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

DESKTOP, PHONE = (1360, 900), (390, 844)
# What was seen when something was waited for in vain.
FAILURE = str(Path(sys.argv[3]) / "failure.png")


class Server:
    """`iisan serve` on a free port, until the end of a `with`."""

    def __init__(self, command, run, folder, *settings):
        arguments = [command, "serve", run, "--set", "serve.port=0", "--set", f"serve.folder={folder}"]
        for setting in settings:
            arguments += ["--set", setting]
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().strip().rstrip("/")
        if not self.address.startswith("http://"):
            sys.exit(f"the server does not start: {self.address}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)

    def ask(self, path, body=None, method=None, token=None):
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self.address + path, data, headers, method=method), timeout=60) as reply:
            text = reply.read()
            return json.loads(text) if text else None


class Browser:
    """A window of some size that loads from one server alone."""

    def __init__(self, server, size=DESKTOP, dark=False, script=True, calm=False):
        options = webdriver.ChromeOptions()
        options.binary_location = os.environ["CHROMIUM"]
        for argument in ["--headless=new", "--no-sandbox", "--hide-scrollbars", "--disable-gpu"]:
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        if not script:
            options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
        self.driver = webdriver.Chrome(options=options, service=Service(os.environ["CHROMEDRIVER"]))
        self.server, self.size = server, size
        self.resize(*size)
        features = [("prefers-color-scheme", "dark" if dark else "light"), ("prefers-reduced-motion", "reduce" if calm else "no-preference")]
        self.command("Emulation.setEmulatedMedia", features=[{"name": name, "value": value} for name, value in features])

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.check_loads()
        self.driver.quit()

    def command(self, name, **parameters):
        return self.driver.execute_cdp_cmd(name, parameters)

    def resize(self, width, height, scale=1):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=width < 600)

    def open(self, path):
        self.driver.get(self.server.address + path)

    @property
    def path(self):
        return self.driver.current_url.removeprefix(self.server.address)

    @property
    def history(self):
        """The history that the address says."""
        return parse_qs(urlsplit(self.path).query)["history"][0].split(",")

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def keys(self, prefix):
        """The ids of the items of a list: `h` of the history, `a` of the answers, `s` of what was found."""
        script = """return [...document.querySelectorAll("li[data-key]")].map((item) => item.dataset.key)"""
        return [key.split(" ", 1)[1] for key in self.driver.execute_script(script) if re.match(rf"{prefix}\d* ", key)]

    def text(self, selector="main"):
        return self.find(selector).text

    def wait(self, what, condition, seconds=30):
        end = time.time() + seconds
        while True:
            try:
                if value := condition():
                    return value
            except Exception as error:
                if time.time() > end:
                    raise error
            if time.time() > end:
                self.driver.save_screenshot(FAILURE)
                sys.exit(f"clicks: {what} was waited for in vain at {self.path}; {FAILURE} shows it")
            time.sleep(0.05)

    def pictures(self):
        """Waits until every picture that is seen is there."""
        script = """
            return [...document.querySelectorAll("img, canvas[data-picture]")].every((picture) => {
              const box = picture.getBoundingClientRect();
              if (box.bottom < 0 || box.top > innerHeight || box.right < 0 || box.left > innerWidth) return true;
              return picture.nodeName === "IMG" ? picture.complete && picture.naturalWidth > 0 : picture.width > 1;
            })"""
        self.wait("a picture", lambda: self.driver.execute_script(script))

    def axe(self, name):
        """What axe-core finds; it has to be nothing. Its rules for the best practice count too."""
        self.pictures()
        rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        results = Axe().run(self.driver, options={"runOnly": rules})
        for violation in results["violations"]:
            nodes = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
            say(f"  axe: {violation['id']} ({violation['impact']}): {violation['help']}: {nodes}")
        check(not results["violations"], f"axe-core finds nothing on {name}, by {len(results['passes'])} rules")

    def check_targets(self, name):
        """Everything that is clicked is 24 pixels high and wide at least, or stands in a line of text (WCAG 2.5.8)."""
        script = """
            return [...document.querySelectorAll("a, button, input, summary")].filter((node) => {
              const box = node.getBoundingClientRect();
              if (!box.width || node.closest(".skip, .unseen") || node.matches(".skip")) return false;
              if (getComputedStyle(node).display === "inline") return false;
              return box.width < 24 || box.height < 24;
            }).map((node) => node.outerHTML.slice(0, 120))"""
        small = self.driver.execute_script(script)
        check(not small, f"everything to click on {name} is large enough {small[:3] or ''}")

    def check_width(self, name):
        width = self.driver.execute_script("return document.documentElement.scrollWidth")
        check(width <= self.size[0], f"{name}, takes {width} of {self.size[0]} pixels")

    def check_loads(self):
        """Nothing was loaded from elsewhere, and the browser has nothing to complain of."""
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                url = message["params"]["request"]["url"]
                if not url.startswith((self.server.address + "/", "data:", "chrome:", "about:")):
                    sys.exit(f"clicks: the page has asked for {url}")
        for entry in self.driver.get_log("browser"):
            # Refusals that a step asked for are no faults of the page.
            if "status of 4" not in entry["message"]:
                sys.exit(f"clicks: the browser says: {entry['message']}")

    def shoot(self, name, width, height, scale=1):
        """A picture for the documentation."""
        folder = os.environ.get("PICTURES")
        if not folder:
            return
        self.resize(width, height, scale)
        time.sleep(0.6)
        self.pictures()
        file = Path(folder) / f"{name}.png"
        self.driver.save_screenshot(str(file))
        squeeze(file)
        say(f"  {file.name}: {file.stat().st_size // 1000} KB")
        self.resize(*self.size)


def squeeze(file):
    """Makes a picture's file smaller where pngquant is at hand."""
    try:
        subprocess.run(["pngquant", "--force", "--skip-if-larger", "--quality", "80-98", "--output", file, file], check=False)
    except FileNotFoundError:
        pass


def say(text):
    print(text, flush=True)


def check(condition, text):
    if not condition:
        sys.exit(f"clicks: this is not so: {text}")
    say(f"  {text}")


def look(server, items):
    """A history is made and changed by clicks."""
    say("a history by clicks")
    with Browser(server) as browser:
        browser.open("/")
        check("Popular" in browser.text() and len(browser.keys("a")) == 10, "without a history the popular items are shown")
        browser.axe("the first page")
        browser.check_targets("the first page")
        browser.shoot("page-start", 1360, 980)
        first = browser.keys("a")[0]
        browser.find(".answers .act").click()
        browser.wait("the first item", lambda: browser.keys("h") == [first])
        check(browser.path == f"/?history={first}&was=", "a click on Add makes a history, and its address says it")
        marker = "window.isSame = true"
        browser.driver.execute_script(marker)
        before = browser.keys("a")
        browser.all(".answers .act")[2].click()
        browser.wait("two items", lambda: len(browser.keys("h")) == 2)
        check(browser.driver.execute_script("return window.isSame"), "the page is changed where it is, and not loaded again")
        status = browser.driver.execute_script("return document.getElementById('status').textContent")
        check(status.startswith("Added ") and " First is " in status, f"it is read out: {status}")
        check(browser.find("[role=status]").get_attribute("id") == "status", "by a region of the role status")
        after = browser.keys("a")
        moved = [item for item in after if item not in before or before.index(item) != after.index(item)]
        check(len(browser.all(".move")) == len(moved) > 0, f"{len(moved)} places are marked, those that have changed")
        question = {"history": browser.keys("h"), "n": 10}
        check([item["item"] for item in server.ask("/v1/recommend", question)["items"]] == after, "the answers are those of the API")
        focus = browser.driver.execute_script("return document.activeElement.className + document.activeElement.closest('li')?.dataset.key")
        check(focus.startswith("acta "), "the focus is on what has taken the place of the button")
        browser.driver.back()
        browser.wait("the history before", lambda: len(browser.keys("h")) == 1)
        browser.driver.forward()
        browser.wait("both", lambda: len(browser.keys("h")) == 2)
        check(True, "back and forward go through the histories")
        browser.find(".side .item .act").click()
        browser.wait("one item", lambda: len(browser.keys("h")) == 1)
        check(browser.keys("h") == question["history"][1:], "a click on Remove takes the item away")

        say("a search while typing")
        words = items[question["history"][0]].split()[-1].strip(".,").lower()
        field = browser.find("#words")
        field.click()
        for letter in words:
            field.send_keys(letter)
            time.sleep(0.03)
        browser.wait("what is found", lambda: browser.keys("s"))
        browser.wait("the last letter", lambda: browser.path.endswith(f"q={words}"))
        check(field.get_attribute("value") == words and browser.driver.switch_to.active_element == field, f"what is typed stays: {words}")
        check(all(words in items[item].lower() for item in browser.keys("s")), f"{len(browser.keys('s'))} titles with the word are found")
        browser.axe("the page with what was found")
        wanted = browser.keys("s")[0]
        browser.find(".results .act").click()
        browser.wait("the item that was found", lambda: browser.keys("h")[-1] == wanted)

        say("a question about an item")
        other = next(item for item in items if item not in browser.keys("a") + browser.keys("h"))
        browser.find("#why").send_keys(other + Keys.ENTER)
        browser.wait("its page", lambda: browser.path.startswith(f"/item/{other}?history="))
        rank = server.ask(f"/v1/items/{other}/rank", {"history": browser.history, "reasons": True})
        check(f"{rank['item']['rank']} of {rank['among']}" in browser.text(), f"it stands at {rank['item']['rank']} of {rank['among']}")
        check("Why not this one?" in browser.text() and "Most like it" in browser.text(), "it says why, and what is like it")
        browser.axe("an item's page")
        browser.check_targets("an item's page")
        browser.find(".back a").click()
        browser.wait("the way back", lambda: browser.path.startswith("/?history="))


def by_keyboard(server):
    """All of it without a mouse."""
    say("by keyboard")
    with Browser(server, calm=True) as browser:
        browser.open("/")
        body = browser.find("body")
        body.send_keys(Keys.TAB)
        active = browser.driver.switch_to.active_element
        check(active.text == "Skip to the content" and active.is_displayed(), "the first key leads to a link past the bar")
        active.send_keys(Keys.ENTER)
        seen = []
        for _ in range(60):
            browser.driver.switch_to.active_element.send_keys(Keys.TAB)
            active = browser.driver.switch_to.active_element
            seen.append(active.text)
            if active.text.split()[:2] == ["+", "Add"]:
                break
        check(active.text.split()[:2] == ["+", "Add"], f"an Add is {len(seen)} keys further")
        outline = browser.driver.execute_script("return getComputedStyle(document.activeElement).outlineStyle")
        check(outline == "solid", "what has the focus can be seen")
        active.send_keys(Keys.ENTER)
        browser.wait("a history", lambda: len(browser.keys("h")) == 1)
        running = browser.driver.execute_script("return document.getAnimations().length")
        check(running == 0, "where people want no motion nothing moves")


def without_script(server, first):
    """Looking, by links and forms alone."""
    say("without JavaScript")
    with Browser(server, script=False) as browser:
        browser.open("/")
        check(browser.driver.execute_script("return typeof visit") == "undefined", "the page's script does not run")
        browser.find(".answers .act").click()
        browser.wait("a history", lambda: len(browser.keys("h")) == 1)
        browser.find(".answers .act").click()
        browser.wait("what has changed", lambda: len(browser.keys("h")) == 2 and browser.all(".move"))
        check(True, "clicks on Add make a history, and what has changed is marked")
        browser.find("#words").send_keys(first + Keys.ENTER)
        browser.wait("what was found", lambda: browser.keys("s") == [first])
        check(len(browser.keys("h")) == 2, "the search finds an id, and keeps the history")
        browser.find("#why").send_keys(first + Keys.ENTER)
        browser.wait("the item", lambda: f"/item/{first}?history=" in browser.path and "Why" in browser.text())
        check(True, "any item's place is found")
        browser.open("/try")
        check("needs JavaScript" in browser.text(), "the page for new items says what it needs")


def a_new_item(server, world):
    """A picture is dropped in, looked at, and kept."""
    say("a new item")
    picture = next(iter(sorted((world / "pictures").glob("*.png")))) if world else None
    with Browser(server) as browser:
        browser.open("/try")
        browser.axe("the page for new items")
        browser.find("#try button").click()
        browser.wait("a refusal", lambda: browser.find("#problem").is_displayed())
        check("Give it a title or a picture." in browser.text("#problem"), "an empty form is refused in words")
        if picture:
            browser.find("#file").send_keys(str(picture))
            browser.wait("the picture", lambda: browser.find("#chosen").is_displayed())
        browser.find("#new-title").send_keys("Hand-thrown stoneware teapot with dots, by Pell & Daughters")
        browser.find("#try button").click()
        browser.wait("the results", lambda: "Who would get it" in browser.text())
        browser.driver.execute_script("document.activeElement.blur(); scrollTo(0, 0)")
        browser.shoot("page-new-item", 1360, 1100)
        title = browser.find("#new-title")
        title.clear()
        title.send_keys("A teapot <b>with dots</b>")
        browser.driver.execute_script("document.getElementById('status').textContent = ''")
        browser.find("#try button").click()
        browser.wait("the results", lambda: browser.driver.execute_script("return document.getElementById('status').textContent"))
        check("would find it among their first 10" in browser.text() and "Most like it" in browser.text(), "who would get it, and its neighbours")
        check(not browser.all("main b b") and "<b>with dots</b>" in browser.find("#new-title").get_attribute("value"), "the title stays text")
        status = browser.driver.execute_script("return document.getElementById('status').textContent")
        check("would find it" in status, f"it is read out: {status}")
        browser.axe("the results")
        field = browser.find("#new-id")
        check(field.get_attribute("value").startswith("a-teapot"), "an id is suggested")
        field.clear()
        field.send_keys("teapot-1")
        revision = server.ask("/info")["catalogue_revision"]
        browser.find("#store button").click()
        browser.wait("its page", lambda: browser.path == "/item/teapot-1")
        check(server.ask("/info")["catalogue_revision"] == revision + 1, "it is kept by one change")
        item = server.ask("/v1/items/teapot-1")
        check(item["title"].endswith("<b>with dots</b>") and ("picture" in item) == bool(picture), "with its title and its picture")
        browser.axe("its page")
        browser.open("/try")
        browser.find("#new-title").send_keys("Another")
        browser.find("#try button").click()
        browser.wait("the form", lambda: browser.all("#new-id"))
        browser.find("#new-id").clear()
        browser.find("#new-id").send_keys("teapot-1")
        browser.find("#store button").click()
        browser.wait("a refusal", lambda: "already" in browser.text("#problem"))
        check(server.ask("/v1/items/teapot-1")["title"] == item["title"], "an id that is taken replaces nothing")
        server.ask("/v1/items/teapot-1", method="DELETE")


def health(server):
    say("health")
    with Browser(server) as browser:
        browser.open("/health")
        text = browser.text()
        check("Recommended to nobody" in text and "of the dataset" in text and "WAL" in text, "what nobody is shown, over how many, and the log's size")
        browser.axe("the page of health")
        browser.check_targets("the page of health")
        browser.shoot("page-health", 1360, 1000)


def everywhere(server, history, far):
    """Every page at three widths, light and dark."""
    say("widths and colours")
    pages = {
        "the page": f"/?history={history}&was={history.rsplit(',', 1)[0]}",
        "an item's page": f"/item/{far}?history={history}",
        "the page for new items": "/try",
        "the page of health": "/health",
    }
    for dark in [False, True]:
        for size in [DESKTOP, (820, 1100), PHONE, (320, 640)]:
            with Browser(server, size, dark) as browser:
                for name, path in pages.items():
                    browser.open(path)
                    where = f"{name}, {size[0]} wide, {'dark' if dark else 'light'}"
                    browser.check_width(where)
                    browser.check_targets(where)
                    browser.axe(where)


def with_tokens(command, run, folder):
    """The page asks for a token once, and keeps it for its tab."""
    say("with tokens")
    read, write = "r" * 40, "w" * 40
    with tempfile.NamedTemporaryFile("w", suffix=".tokens") as file:
        os.chmod(file.name, 0o600)
        file.write(f"read {read}\nwrite {write}\n")
        file.flush()
        with Server(command, run, folder, f"serve.tokens={file.name}") as server:
            with Browser(server) as browser:
                browser.open("/")
                check("asks for a token" in browser.text() and not browser.keys("a"), "nothing is shown without a token")
                browser.axe("the page that asks for a token")
                browser.find("#token-text").send_keys("x" * 40 + Keys.ENTER)
                browser.wait("a refusal", lambda: "not known" in browser.text("#problem"))
                browser.wait("the form", lambda: browser.find("#token-text").is_displayed())
                browser.find("#token-text").send_keys(write + Keys.ENTER)
                browser.wait("the answers", lambda: len(browser.keys("a")) == 10)
                browser.pictures()
                check(len(browser.all("canvas[data-picture]")) > 0 and not browser.all("img"), "pictures are drawn with the token")
                browser.find(".answers .card").click()
                browser.wait("an item", lambda: browser.path.startswith("/item/"))
                browser.wait("what is like it", lambda: "Most like it" in browser.text())
                browser.axe("an item's page with tokens")
                browser.driver.refresh()
                browser.wait("the same again", lambda: "Most like it" in browser.text())
                check("asks for a token" not in browser.text(), "the tab keeps it")
                browser.open("/try")
                browser.wait("the form", lambda: browser.all("#new-title"))
                browser.find("#new-title").send_keys("Another one")
                browser.find("#try button").click()
                browser.wait("the results", lambda: "Who would get it" in browser.text())
                browser.find("[data-forget]").click()
                browser.wait("the question", lambda: "asks for a token" in browser.text())
                check(read not in browser.driver.page_source and "token" not in browser.path, "it is forgotten on demand, and never in an address")
            with Browser(server, script=False) as browser:
                browser.open("/")
                check("needs JavaScript" in browser.text() and not browser.find("#token").is_displayed(), "without JavaScript there is a note")


def pictures(server, history, far):
    """The pictures of the documentation."""
    if not os.environ.get("PICTURES"):
        return
    say("pictures")
    longer = f"/?history={history}&was={history.rsplit(',', 1)[0]}"
    for dark in [False, True]:
        with Browser(server, dark=dark) as browser:
            browser.open(longer)
            browser.shoot("page~dark" if dark else "page", 1360, 1100)
            if not dark:
                browser.open(f"/item/{far}?history={history}")
                browser.shoot("page-item", 1360, 1180)
    with Browser(server, PHONE) as browser:
        browser.open(longer)
        browser.shoot("page-phone@2x", *PHONE, scale=2)


def main():
    command, run, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    world = folder / "world"
    with Server(command, run, folder / "served") as server:
        listed = server.ask("/v1/items?n=1000")["items"]
        items = {item["id"]: item.get("title", "") for item in listed}
        # A history of somebody of the dataset, as the first page offers it.
        with Browser(server) as browser:
            browser.open("/")
            browser.find(".sample").click()
            browser.wait("a history", lambda: browser.keys("h"))
            history = ",".join(browser.keys("h")[-6:])
        far = server.ask("/v1/recommend", {"history": history.split(","), "n": 60})["items"][-1]["item"]
        pictures(server, history, far)
        look(server, items)
        by_keyboard(server)
        without_script(server, next(iter(items)))
        a_new_item(server, world if world.exists() else None)
        health(server)
        everywhere(server, history, far)
    with_tokens(command, run, folder / "served-tokens")
    say("all as it should be")


main()
