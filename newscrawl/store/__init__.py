"""MongoDB: the collections, the writer, and the queries of a crawl.

The package itself imports nothing, so that the collections can be read where Scrapy is not installed.
"""
