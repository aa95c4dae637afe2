"""Reads pages in separate processes, which can be killed, unlike threads.

``pool`` starts and replaces the processes, ``worker`` runs in them, a crawl calls ``reader``, and ``ahead``
forks the first process from the crawl. A worker that is started later imports neither Scrapy nor Twisted nor
PyMongo, unless it reads lists.
"""

from newscrawl.workers.errors import ReadingError, StoppedError, TooSlowError, WorkerDiedError

__all__ = ["ReadingError", "StoppedError", "TooSlowError", "WorkerDiedError"]
