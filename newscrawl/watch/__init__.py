"""Is all well? What the records of runs and the coverage of days say, and who is told.

:mod:`~newscrawl.watch.rhythm` knows a newspaper's own rhythm, :mod:`~newscrawl.watch.monitors` what is not
as always, :mod:`~newscrawl.watch.causes` which of it has one cause. These are pure functions over what
:mod:`~newscrawl.watch.facts` has read. :mod:`~newscrawl.watch.alarms` begins and ends alarms in MongoDB,
:mod:`~newscrawl.watch.delivery` tells people.
"""
