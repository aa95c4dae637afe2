"""When each site is crawled, and by which machine.

``file`` reads the schedule, ``times`` computes due times, ``lease`` decides who may crawl a site, ``node``
talks to this machine's Scrapyd, ``watch`` measures how long something lasts, ``pauses`` gives the waits after
failures. ``due`` keeps the due times correct, ``follow`` follows jobs to their end, ``backfills`` the pieces
of backfills; ``scheduler`` combines them.
"""
