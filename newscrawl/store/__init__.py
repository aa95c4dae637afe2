"""MongoDB: what is stored, how it is written, and what a crawl asks of it."""

from newscrawl.mongod.opening import StoreError
from newscrawl.store.connection import Store
from newscrawl.store.patience import StoreDownError

__all__ = ["Store", "StoreDownError", "StoreError"]
