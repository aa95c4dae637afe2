"""Articles in files and frames: ``from newscrawl.export import articles``.

What reads or writes Arrow and Parquet needs ``pyarrow``, which ``pip install "newscrawl[export]"`` brings.
"""

from newscrawl.export.reading import Articles, articles

__all__ = ["Articles", "articles"]
