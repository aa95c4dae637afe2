"""When each site is crawled, and by which machine.

``file`` reads the schedule, ``times`` computes due times, ``lease`` decides who may crawl a site, ``node``
talks to this machine's Scrapyd, ``watch`` measures how long a state lasts, and ``pauses`` computes the pauses
after failures. ``due`` keeps the due times correct, ``follow`` follows jobs to their end, and ``backfills``
manages the pieces of backfills; ``scheduler`` combines them.
"""
