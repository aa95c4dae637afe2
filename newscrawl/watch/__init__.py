"""Monitoring: judges the records of runs and the coverage of days, and sends alarms.

:mod:`~newscrawl.watch.rhythm` computes a newspaper's own rhythm, :mod:`~newscrawl.watch.monitors` finds what
is unusual, :mod:`~newscrawl.watch.causes` groups findings by cause. These are pure functions over what
:mod:`~newscrawl.watch.facts` reads. :mod:`~newscrawl.watch.alarms` begins and ends alarms in MongoDB, and
:mod:`~newscrawl.watch.delivery` sends messages.
"""
