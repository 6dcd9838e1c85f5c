"""Pages in headless Chromium: the system's own, told what to do by Playwright."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
COLORS = """
() => {
  const channels = (text) => text.match(/[\\d.]+/g).map(Number);
  const ground = (element) => {
    for (let here = element; here; here = here.parentElement) {
      const [r, g, b, a = 1] = channels(getComputedStyle(here).backgroundColor);
      if (a > 0) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const holders = [...document.body.querySelectorAll("*")].filter((element) => element.getClientRects().length
    && [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()));
  return holders.map((element) => [
    `${element.tagName} ${element.className}`, channels(getComputedStyle(element).color).slice(0, 3), ground(element),
  ]);
}
"""
"""What every element with a text of its own is called, its colour, and that of the ground below it."""


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser. Without Chromium the tests are skipped, or fail where it is required."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        refuse = pytest.fail if os.environ.get("LADING_REQUIRE_CHROMIUM") else pytest.skip
        refuse("no Chromium to show pages in (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--disable-gpu", "--disable-dev-shm-usage"])
        try:
            yield browser
        finally:
            browser.close()


def complaints_of(page: Page) -> list[str]:
    """What the page's console, its scripts and its dialogs say from now on, and whatever it asks the network for."""
    said: list[str] = []
    page.on("console", lambda message: said.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.on("request", lambda request: said.extend([] if request.is_navigation_request() else [request.url]))

    def dismiss(dialog: Dialog) -> None:
        said.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", dismiss)
    return said


def faint(page: Page) -> list[str]:
    """The texts that do not stand out from their ground as WCAG asks of small ones."""
    found: Any = page.evaluate(COLORS)
    return sorted({f"{name}: {ink} on {ground}" for name, ink, ground in found if contrast(ink, ground) < 4.5})


def contrast(one: Sequence[float], other: Sequence[float]) -> float:
    """The ratio of two colours' luminance, by WCAG 2."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: Sequence[float]) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in color)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
