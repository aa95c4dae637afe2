"""MongoDB: what is stored, how it is written, and what a crawl asks of it."""

from newscrawl.store.connection import Store
from newscrawl.store.patience import StoreDownError
from newscrawl.store.session import StoreError

__all__ = ["Store", "StoreDownError", "StoreError"]
