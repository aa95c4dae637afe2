"""When each site is crawled, and by which machine.

``file`` reads the schedule, ``times`` knows due times, ``lease`` who may crawl a site, ``node`` talks to
the Scrapyd beside it, ``scheduler`` brings them together.
"""
