"""Reads kept pages again with today's code: from our archive, or from the WARC files of any crawler.

``records`` reads the files, ``plan`` quickly discards records that are not wanted, and ``reading`` turns the
rest into articles. These are plain functions over ranges of files, so one process, many processes or Dask can
run them.
"""
