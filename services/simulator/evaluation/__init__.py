"""The portal's public evaluation: its own scores of Decision 766, counted from what the portal itself shows.

`marks` says what one dossier counts for, `complaints` what one petition does, `offers` what the catalogue does; `sums` adds them
up by unit and period, `figures` makes ratios of them, `points` scores those by the published rules, `wire` writes them down,
`nation` ranks the province among the others, `request` reads what is asked for, and `endpoints` answers.

It shares nothing with the reader's own scoring. What the contract leaves open is settled here like this:

- A month, or days within one month, is refused until that month has ended; a quarter or a year from its first day on is not.
- A refusal has status 201, `data` null, and a `code` of BAD_REQUEST, NOT_FOUND, PERIOD_NOT_ENDED or PERIOD_NOT_STARTED.
- The filter takes a procedure's code in either spelling. It changes no level of online service (`authorityCount` and the like).
- A page larger than the contract's is cut to that size. A unit without units below it has none in its second list.
- Units below the one asked for have a score, but no counts, in `provide-online-tree`: ask for such a unit to see its counts.
- 1.4 is n/n of the dossiers that have ended; for one unit in eleven nobody reports that number, and it is null.
- A ratio without a score is null; half of the units then leave its numerator and denominator null, too, the others write 0.
- An online dossier that is untouched counts as unsatisfactory for as long as it is; once accepted, it is judged by its due date.
- An online dossier finished on paper alone, where paper is owed, counts in the direct channel.
- One unit in nine has its code in the old spelling, one in seven its figures as texts; the province has neither.
"""
