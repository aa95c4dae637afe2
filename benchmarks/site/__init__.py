"""The cost of the pages of `scrapy web`."""
