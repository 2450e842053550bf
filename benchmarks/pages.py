"""What a person feels: weight, requests, paint on slow 4G, layout shift, long tasks, size of the document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from benchmarks.tables import Table
from lms.accounts.sessions import COOKIE
from lms.ops.needs import find_chromium
from tests.serving import Serving, build_installation

SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
PAGES = {
    "landing": ("", "/o/siena/"),
    "dashboard": ("trainee", "/o/siena/"),
    "calendar": ("trainee", "/o/siena/calendar"),
    "lounge": ("trainee", "/o/siena/lounge"),
    "people": ("head", "/o/siena/people"),
}
# Chromium of a test machine paints in software on shared cores; the goal is about the network and the page.
OBSERVE = """() => {
  window.seen = { shift: 0, largest: 0, long: 0 };
  new PerformanceObserver((list) => { for (const each of list.getEntries()) if (!each.hadRecentInput) window.seen.shift += each.value; })
    .observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => { for (const each of list.getEntries()) window.seen.largest = each.startTime; })
    .observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => { for (const each of list.getEntries()) window.seen.long = Math.max(window.seen.long, each.duration); })
    .observe({ type: "longtask", buffered: true });
}"""
READ = """() => ({ ...window.seen, nodes: document.querySelectorAll("*").length,
  first: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0 })"""


def run(folder: Path, is_smoke: bool) -> None:
    """Print one table for each page."""
    site = build_installation(folder / "instance", environment="production", base_url="http://127.0.0.1")
    cookies = {role: site.cookie_for(role) for role, _path in PAGES.values() if role}
    site.close()
    chosen = dict(list(PAGES.items())[:1]) if is_smoke else PAGES
    with Serving(site) as serving, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
        )
        for name, (role, path) in chosen.items():
            _measure(browser, serving.url, name, path, cookies.get(role, "")).print()
        browser.close()


def _measure(browser: Browser, url: str, name: str, path: str, cookie: str) -> Table:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    if cookie:
        context.add_cookies([{"name": COOKIE, "value": cookie, "url": url}])
    context.add_init_script(f"({OBSERVE})()")
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    weight = {"bytes": 0.0, "requests": 0}

    def count(event: dict[str, Any]) -> None:
        weight["bytes"] += event["encodedDataLength"]
        weight["requests"] += 1

    devtools.on("Network.loadingFinished", count)
    devtools.send("Network.emulateNetworkConditions", SLOW_4G)
    page.goto(url + path, wait_until="load")
    page.wait_for_timeout(1500)  # what paints late should be seen
    found = page.evaluate(READ)
    table = Table(f"Page: {name}, phone, slow 4G")
    table.add("first load", weight["bytes"] / 1000, "KB", at_most=250)
    table.add("requests", weight["requests"], "", at_most=20)
    table.add("first paint", found["first"], "ms", at_most=1200)
    table.add("largest paint", found["largest"], "ms", at_most=1800)
    table.add("layout shift", round(found["shift"], 4), "", at_most=0.02)
    table.add("longest task", found["long"], "ms", at_most=100)
    table.add("nodes", found["nodes"], "", at_most=1500)
    weight.update(bytes=0.0, requests=0)
    page.goto(url + path, wait_until="load")
    page.wait_for_timeout(500)
    table.add("warm load", weight["bytes"] / 1000, "KB", at_most=25)
    context.close()
    return table
