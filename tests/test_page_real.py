"""Real saved pages, scored by the folder's own ``score.py``.

``NEWSCRAWL_PAGES`` names a folder with ``score.py``, pages (``*.html``) and the true values (``*.json``).
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

import pytest

from newscrawl.page import read

FOLDER = os.environ.get("NEWSCRAWL_PAGES")
pytestmark = pytest.mark.skipif(not FOLDER, reason="NEWSCRAWL_PAGES is not set")


def scored(html: bytes, url: str) -> dict[str, Any]:
    """An article with the field names of ``score.py``."""
    article = read(html, url)
    return {
        "title": article.title,
        "body": article.body,
        "published_date": article.day,
        "published_time": article.published.time if article.published else None,
        "published_utc": article.published_at.isoformat() if article.published_at else None,
    }


@pytest.fixture(scope="module")
def score() -> Any:
    spec = importlib.util.spec_from_file_location("score", Path(FOLDER or "") / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_score(score: Any, capsys: pytest.CaptureFixture[str]) -> None:
    rows = score.run(scored, gold_dir=FOLDER, pages=FOLDER)
    found = score.summary(rows)
    with capsys.disabled():
        print()
        score.show(rows, found)
    assert found["f1"] >= 0.99
    assert found["f1_min"] >= 0.97
    assert found["title"] == found["date"] == found["n"]
    assert found["time"] == found["time_n"]
    assert found["viol"] == found["errors"] == 0
