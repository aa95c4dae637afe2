"""Articles as files and data frames: ``from newscrawl.export import articles``.

Arrow and Parquet need ``pyarrow``, which ``pip install "newscrawl[export]"`` installs.
"""

from newscrawl.export.reading import Articles, articles

__all__ = ["Articles", "articles"]
