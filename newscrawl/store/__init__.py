"""MongoDB: what is stored, how it is written, and what a crawl asks of it.

It imports nothing by itself: the collections can be read where Scrapy is not installed.
"""
