"""When each site is crawled, and by which machine.

``file`` reads the schedule, ``times`` knows rules, ``lease`` who may crawl a site, ``node`` talks to the
Scrapyd beside it, ``watch`` counts how long something lasts, ``pauses`` says how long to wait. ``due`` keeps
the due times right, ``follow`` sees jobs to their end, ``backfills`` their pieces; ``scheduler`` brings them
together.
"""
