"""The text of a real maghress page, crawled in the markup of the recording.

The text belongs to its newspaper and is not in the repository; ``NEWSCRAWL_SEED`` names the file.
"""

import os
from pathlib import Path

import pytest

from recordings.build import Exchange, text, warc
from tests.conftest import Database

SEED = os.environ.get("NEWSCRAWL_SEED")
URL = "https://www.maghress.com/alayam24/21130"
CLOSING = "انقر هنا لقراءة الخبر من مصدره."


def page(seed: str) -> tuple[str, str, list[str]]:
    """The page, its title and its paragraphs."""
    lines = [line for line in seed.splitlines() if line.strip()]
    ticker, thanks, notice, title, published, *paragraphs = lines
    assert paragraphs[-1] == CLOSING
    newspaper, day = published.removeprefix("نشر في ").split(" يوم ")
    spans = "".join(
        f'<span class="articlecontent"><p>{paragraph}</p></span>\n' for paragraph in paragraphs[:-1]
    )
    html = f"""<html><head><title>مغرس : {title}</title></head><body>
<div class="ticker" dir="rtl">{ticker}</div>
<div class="report" style="display:none"><br>{thanks}<br>{notice}<br></div>
<table class="article"><tr><td><span class="articletitle">{title}</span><br>
<span class="articlenewspaper">نشر في <a href="/alayam24">{newspaper}</a> يوم {day}</span><br>
{spans}<span class="articlecontent">{CLOSING}</span></td></tr></table></body></html>"""
    return html, title, paragraphs[:-1]


@pytest.mark.skipif(not SEED, reason="NEWSCRAWL_SEED names no file")
def test_the_article_is_stored_without_its_surroundings(database: Database, tmp_path: Path) -> None:
    html, title, paragraphs = page(Path(str(SEED)).read_text("utf-8"))
    exchanges = [
        Exchange("https://www.maghress.com/robots.txt", text("maghress/robots.txt"), "text/plain"),
        Exchange(URL, html.encode()),
    ]
    recording = tmp_path / "seed.warc.gz"
    recording.write_bytes(warc(exchanges))
    done = database.crawl("maghress", "-a", f"url={URL}", replay=recording)
    assert done.returncode == 0, done.stderr
    (doc,) = database.articles()
    assert doc["title"] == title
    assert doc["body"].startswith("قد تفتح الزيارة الملكية")
    assert doc["body"].endswith(paragraphs[-1][-60:])
    assert len(doc["body"].split("\n\n")) == len(paragraphs)
    for stranger in ("نداء القنيطرة", "أكادير يحتضن", "شكرا على الإبلاغ", "سيتم حجب", CLOSING, "نشر في"):
        assert stranger not in doc["body"] + doc["title"]
    assert 'تصريح ل"الأيام 24"،' in doc["body"]
    assert (doc["source"], doc["source_name"], doc["via"]) == ("alayam24", "الأيام 24", "maghress")
    assert doc["day"] is None
    assert doc["published"]["calendar"] is None
    assert "نشر في الأيام 24 يوم 21130" in [date["text"] for date in doc["published"]["candidates"]]
    assert doc["published_raw"] == "نشر في الأيام 24 يوم 21130"
    assert "21130 is not a day" in doc["published_missing"]
