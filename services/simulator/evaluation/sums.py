"""What the dossiers and petitions of one unit add up to."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from services.simulator.evaluation.complaints import Complaint
from services.simulator.evaluation.marks import Mark
from services.simulator.evaluation.request import Period
from services.simulator.timeline import DIRECT, ONLINE, POSTAL


class Sums(msgspec.Struct):
    """Counts of a unit. `untouched` dossiers are overdue without being accepted; all else but petitions is of accepted ones.

    `used`: services (procedure, unit) with a dossier handed in online; `paying`: procedures with one paid online.
    """

    accepted: int = 0
    on_time: int = 0
    untouched: int = 0
    content: int = 0
    ended: int = 0
    finished: int = 0
    worked: timedelta = timedelta()
    online: int = 0
    direct: int = 0
    postal: int = 0
    owing: int = 0
    paid: int = 0
    on_paper: int = 0
    with_result: int = 0
    digitised: int = 0
    reused: int = 0
    from_store: int = 0
    population_data: int = 0
    petitions: int = 0
    petitions_on_time: int = 0
    petitions_content: int = 0
    petitions_about_procedures: int = 0
    used: set[tuple[str, str]] = msgspec.field(default_factory=set)
    paying: set[str] = msgspec.field(default_factory=set)

    def add(self, mark: Mark, now: datetime) -> None:
        """Count a dossier as it stands at a moment."""
        late = mark.late_from <= now
        if not mark.accepted:
            self.untouched += late
            return
        self.accepted += 1
        self.on_time += not late
        self.content += not (late or mark.complained)
        self.ended += mark.ended
        if mark.worked is not None:
            self.finished += 1
            self.worked += mark.worked
        self._add_channel(mark)
        self._add_papers(mark)

    def hear(self, complaint: Complaint, now: datetime) -> None:
        """Count a petition as it stands at a moment."""
        late = complaint.is_late(now)
        self.petitions += 1
        self.petitions_on_time += not late
        self.petitions_content += not (late or complaint.unhappy)
        self.petitions_about_procedures += complaint.about_procedures

    def take(self, other: "Sums") -> None:
        """Count what another unit has, too."""
        for name in self.__struct_fields__:
            mine, theirs = getattr(self, name), getattr(other, name)
            setattr(self, name, mine | theirs if isinstance(mine, set) else mine + theirs)

    def _add_channel(self, mark: Mark) -> None:
        self.online += mark.channel == ONLINE
        self.direct += mark.channel == DIRECT
        self.postal += mark.channel == POSTAL
        if mark.filed_online:
            self.used.add((mark.procedure, mark.unit))
        self.owing += mark.owes
        self.paid += mark.paid
        if mark.paid:
            self.paying.add(mark.procedure)

    def _add_papers(self, mark: Mark) -> None:
        self.on_paper += mark.paper
        self.with_result += mark.paper and mark.result
        self.digitised += mark.digitised
        self.reused += mark.reused
        self.from_store += mark.from_store
        self.population_data += mark.population_data


def by_unit(
    marks: Iterable[Mark], complaints: Iterable[Complaint], period: Period, now: datetime, procedure: str | None = None
) -> dict[str, Sums]:
    """Return the sums of every unit that has something in a period; of one procedure, if that is asked for."""
    sums: dict[str, Sums] = defaultdict(Sums)
    first, last = period.first, period.last
    for mark in marks:
        if first <= mark.day <= last and procedure in (None, mark.procedure):
            sums[mark.unit].add(mark, now)
    for complaint in complaints:
        if first <= complaint.day <= last and procedure in (None, complaint.procedure):
            sums[complaint.unit].hear(complaint, now)
    return sums
