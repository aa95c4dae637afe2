"""Waits until a rendered page shows what a reader sees."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from playwright.async_api import Error

if TYPE_CHECKING:
    from playwright.async_api import Page

    from newscrawl.download.confine import PageVisit

LOADING = 15.0
"""Seconds that a page may take to load its parts, once its document is loaded."""
IDLE = 0.5
"""Seconds without a request after which a page's scripts count as done."""
SETTLE = 5.0
"""Seconds that a loaded page may keep sending requests before it is read as it is."""
RELOADS = 3
"""Maximum number of documents to wait for after the first one, such as the page after an interstitial."""
THIN, THIN_WAITS = 200, 2.0
"""A page with fewer letters than the first number may be an interstitial; the second is the number of seconds
that it gets to move on."""
LOOK = 0.1
"""Seconds between two checks of a page."""

# Returns what is shown, and whether the page announces that it will move on within the given milliseconds.
_STATE = """longest => {
  const refresh = [...document.querySelectorAll('meta[http-equiv=refresh i]')]
    .some(meta => parseFloat(meta.content) * 1000 <= longest)
  const letters = (document.body?.innerText ?? '').replace(/[^\\p{L}]/gu, '').length
  const timers = globalThis[Symbol.for('newscrawl.leaves')]?.size ?? 0
  return {ready: document.readyState, letters, leaves: refresh || timers > 0}
}"""

TIMERS = """(() => {
  const leaves = new Set(), longest = LONGEST
  const word = /location|reload|submit|navigat|href|native code/
  Object.defineProperty(globalThis, Symbol.for('newscrawl.leaves'), {value: leaves})
  const later = globalThis.setTimeout
  const note = (set, clear, lasts) => {
    const begin = globalThis[set], end = globalThis[clear]
    globalThis[set] = (run, after, ...rest) => {
      const id = begin(run, after, ...rest)
      if (!(after > longest) && word.test(String(run))) {
        leaves.add(id)
        later(() => leaves.delete(id), lasts(after))
      }
      return id
    }
    globalThis[clear] = id => { leaves.delete(id); end(id) }
  }
  note('setTimeout', 'clearTimeout', after => (after || 0) + 100)
  note('setInterval', 'clearInterval', () => longest)
})()""".replace("LONGEST", str(SETTLE * 1000))
"""Notes the timers of a page that may lead to another document; runs before any script of the page."""


async def settle(page: Page, visit: PageVisit) -> None:
    """Wait until a page shows what a reader sees: until it has loaded, and moved on from any interstitial.

    An interstitial reloads itself after a moment, by a timer or a ``refresh``. A page that announces this
    gets ``SETTLE`` seconds, a page with little text ``THIN_WAITS``. The page that follows is treated in the
    same way, up to ``RELOADS`` times; then it is read as it is.
    """
    for _ in range(1 + RELOADS):
        seen = len(visit.documents)
        state = await _quiet(page, visit)
        patience = SETTLE if state["leaves"] else THIN_WAITS if state["letters"] < THIN else 0.0
        if not await _left(visit, seen, patience):
            return


async def _quiet(page: Page, visit: PageVisit) -> dict[str, Any]:
    """The state of a page once it has loaded and its scripts send no more requests.

    This asks the page itself: Playwright's load states belong to the last navigation, and never arrive when a
    script began a navigation that was refused.
    """
    loop = asyncio.get_running_loop()
    begun = loop.time()
    complete: float | None = None
    while True:
        state = await _state(page)
        now = loop.time()
        if state["ready"] == "complete":
            complete = complete or now
            if now - visit.changed_at >= IDLE and not visit.under_way:
                return state
            if now - complete >= SETTLE:
                return state
        elif state["ready"] == "interactive" and now - begun >= LOADING:
            return state
        await asyncio.sleep(LOOK)


async def _state(page: Page) -> dict[str, Any]:
    try:
        state: dict[str, Any] = await page.evaluate(_STATE, SETTLE * 1000)
    except Error:
        if page.is_closed():
            raise
        return {"ready": "loading", "letters": 0, "leaves": True}  # the document is just being replaced
    return state


async def _left(visit: PageVisit, seen: int, seconds: float) -> bool:
    """Wait for a new document; returns whether one came."""
    for _ in range(int(seconds / LOOK)):
        if len(visit.documents) > seen:
            return True
        await asyncio.sleep(LOOK)
    return len(visit.documents) > seen
