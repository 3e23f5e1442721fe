"""What is wrong with a dossier, and from when to when: told from its plan, before any system has served anything.

Both sides of a plan stand still between two planned changes. So the truth is worked out stretch by stretch: in which stretches a
thing is wrong, cut at the moments a threshold is reached, and joined where it goes on.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from msgspec.structs import replace

from services.simulator import truth_clock, truth_sync
from services.simulator.stretches import Case, split
from services.simulator.timeline import Plan, Span
from shared.domain.working_time import WorkingTime

SHORTEST = timedelta(minutes=2)
"""Alerts that come and go faster could not be told apart from a slow reader's."""


def tell(plan: Plan, office: WorkingTime) -> tuple[Span, ...]:
    """Return every alert the plan carries, in order of rule and time."""
    case = Case(plan, split(plan), office)
    rules = truth_clock.RULES if plan.at_home is plan.portal else truth_clock.RULES + truth_sync.RULES
    spans = joined(span for rule in rules for span in rule(case))
    return spans if plan.left_at is None else tuple(_until(plan.left_at, spans))


def joined(told: Iterable[Span]) -> tuple[Span, ...]:
    """Drop what is empty and make one of spans of a rule that touch."""
    spans: list[Span] = []
    for span in sorted((s for s in told if s.begins < s.ends), key=lambda s: (s.rule, s.begins)):
        last = spans[-1] if spans else None
        if last and last.rule == span.rule and last.ends >= span.begins:
            spans[-1] = Span(last.rule, last.begins, max(last.ends, span.ends), min(last.worsens, span.worsens))
        else:
            spans.append(span)
    return tuple(spans)


def _until(moment: datetime, spans: Iterable[Span]) -> Iterator[Span]:
    """Yield what of the spans lies before a moment."""
    return (replace(span, ends=min(span.ends, moment)) for span in spans if span.begins < moment)


def is_steady(spans: Iterable[Span]) -> bool:
    """Return whether every alert lasts long enough to be seen."""
    return all(span.ends - span.begins >= SHORTEST for span in spans)
