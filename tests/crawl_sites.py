"""Crawls recordings of offline sites, all in one process: ``python -m tests.crawl_sites FOLDER``.

The folder holds ``<spider>.warc.gz`` for each spider to run. The program prints their outcomes as JSON.
"""

import json
import sys
from pathlib import Path

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.utils.project import get_project_settings


def main(folder: Path) -> None:
    """Run every spider that has a recording."""
    settings = get_project_settings()
    process = AsyncCrawlerProcess(settings)
    crawlers = {}
    for path in sorted(folder.glob("*.warc.gz")):
        name = path.name.removesuffix(".warc.gz")
        own = settings.copy()
        own.set("REPLAY", str(path), priority="cmdline")
        crawlers[name] = Crawler(process.spider_loader.load(name), own)
        process.crawl(crawlers[name])
    process.start()
    print(
        json.dumps(
            {
                name: crawler.stats.get_value("newscrawl/outcome") if crawler.stats else None
                for name, crawler in crawlers.items()
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
