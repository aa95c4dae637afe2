"""Pages that were kept are read again with today's code: from our archive, or from WARC files of any crawler.

``records`` reads the files, ``plan`` refuses cheaply what is not asked for, ``reading`` makes articles of the
rest. All of it is plain functions over ranges of files, so that one process, many, or Dask may run them.
"""
