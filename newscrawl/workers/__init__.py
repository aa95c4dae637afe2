"""Pages are read in processes of their own, which can be killed: a thread cannot be.

``pool`` starts and replaces the processes, ``worker`` is what runs in them, ``reader`` is what a crawl
asks, ``ahead`` forks the first process from the crawl. A worker of a crawl without listings that is started
later imports neither Scrapy nor Twisted nor PyMongo.
"""

from newscrawl.workers.errors import ReadingError, StoppedError, TooSlowError, WorkerDiedError

__all__ = ["ReadingError", "StoppedError", "TooSlowError", "WorkerDiedError"]
