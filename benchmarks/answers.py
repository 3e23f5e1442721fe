"""Where time goes in an answer that is made anew: its stages by themselves, through the functions the routes call.

A page of 50 alerts and two score cards. Beside each stage stands what its statements take, from the driver's call to its return:
the rest is Python's. Beside writing the body stands its encoding alone, beside the whole the hello route, which is what stands
around every answer: the gate, the caller's key, routing. Each stage is the median of some rounds; alerts change between them.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter
from typing import Any

import httpx

from benchmarks.asked import Asked, counting
from benchmarks.asking import ALERTS, HELLO, application, asking, write
from benchmarks.drawn import draw
from benchmarks.figures import Figure, Settings
from benchmarks.stages import Lengths, Watch
from benchmarks.temporary import Server
from services.api.answers import plain
from services.api.bodies.card_context import in_context
from services.api.bodies.lists import list_body, named
from services.api.bodies.scores import card_body
from services.api.caller import Caller
from services.api.live_cards import LiveCards
from services.api.reader import Reader
from services.api.score_views import CardView, ScoreViews
from services.api.scoring import Scoring
from services.api.sheets import as_json
from services.api.worded import Worded
from shared.db.engine import Database
from shared.db.views.alert_filters import AlertFilters
from shared.db.views.alerts import AlertSort, alert_page
from shared.db.views.paging import Cut
from shared.domain.agencies import WHOLE_PROVINCE
from shared.domain.counters import View
from shared.domain.units import roles

_ROUNDS = 25
_PAGE = 50
_CARDS = {"card of the province": None, "card of an agency": "H20.07"}
_CALLER = Caller(within=WHOLE_PROVINCE)


async def run(server: Server, settings: Settings) -> list[Figure]:
    """Measure the stages of each answer, then the whole over HTTP."""
    async with server.database() as database:
        await draw(database, settings.dossiers)
        state = application(database).state
        with counting(database.engine) as asked:
            answers = _Answers(state.reader, state.scoring, state.worded, asked)
            for _ in range(_ROUNDS):
                await write(database)
                await answers.page_of_alerts()
                for name, agency in _CARDS.items():
                    await answers.card(name, agency)
        async with asking(database) as client:
            whole, hello = await _whole(client, database)
    return [*answers.figures(), *(_figure(f"{name}: in all", taken, hello, "hello") for name, taken in whole.items())]


async def _whole(client: httpx.AsyncClient, database: Database) -> tuple[dict[str, Lengths], Lengths]:
    """Return the seconds each answer takes over HTTP, made anew, and the hello route."""
    cards = {name: f"/v1/scores?agency={agency}" if agency else "/v1/scores" for name, agency in _CARDS.items()}
    taken: defaultdict[str, Lengths] = defaultdict(Lengths)
    for _ in range(_ROUNDS):
        for name, path in {"page of 50 alerts": ALERTS, **cards, "hello": HELLO}.items():
            await write(database)
            with taken[name].one():
                (await client.get(path)).raise_for_status()
    return taken, taken.pop("hello")


class _Answers:
    """Makes answers as the routes do, stage by stage; notes the seconds of each stage, and the least it could have taken."""

    def __init__(self, reader: Reader, scoring: Scoring, worded: Worded, asked: Asked) -> None:
        self._reader, self._scoring, self._worded, self._asked = reader, scoring, worded, asked
        self._watch = Watch()
        self._least_is: dict[str, str] = {}

    def figures(self) -> list[Figure]:
        """Return what each stage took, in the order of the way."""
        return [
            _figure(stage, taken, self._watch.least.get(stage), self._least_is.get(stage, ""))
            for stage, taken in self._watch.taken.items()
        ]

    async def page_of_alerts(self) -> None:
        """Make the first page of the alerts that are open."""
        answer = "page of 50 alerts"
        opened = perf_counter()
        async with self._reader.snapshot() as snapshot:
            self._watch.taken[f"{answer}: snapshot"].add(perf_counter() - opened)
            with self._stage(f"{answer}: rows"):
                page = await alert_page(snapshot, AlertFilters(), AlertSort.URGENCY, Cut(_PAGE), within=WHOLE_PROVINCE)
        anew = Worded(self._reader.calendar)
        with self._stage(f"{answer}: worded, for the first time"):
            anew.alerts(page.rows, snapshot)
        with self._stage(f"{answer}: worded, as mostly"):
            items = self._worded.alerts(page.rows, snapshot)
        self._write(answer, list_body(snapshot, items, None))

    async def card(self, answer: str, agency: str | None) -> None:
        """Make a score card of this year, with all that stands beside its figures."""
        async with self._reader.snapshot() as snapshot:
            views = ScoreViews(snapshot, self._reader, self._scoring, _CALLER, None)
            scores = views.live(View.PORTAL)
            with self._stage(f"{answer}: agencies"):
                unit = await scores.unit(agency or snapshot.province)
            with self._stage(f"{answer}: figures, rank, changes, reach"):
                card, context = await LiveCards(scores, views.official).read(unit, None)
            with self._stage(f"{answer}: stock"):
                stock = await scores.stock(unit)
        with self._stage(f"{answer}: body"):
            body = card_body(
                card,
                self._scoring.targets,
                view=CardView.PORTAL,
                agency=named(unit.code, unit.name),
                period=scores.period,
                data_as_of=snapshot.data_as_of,
                roles=roles(unit, self._scoring.targets, self._scoring.offices),
                stock=stock,
            )
            body = in_context(body, card.policy, context)
        self._write(answer, body)

    def _write(self, answer: str, body: Mapping[str, Any]) -> None:
        stage = f"{answer}: written as JSON"
        with self._watch.taken[stage].one():
            as_json(plain(body))
        ready = plain(body)
        with self._watch.least[stage].one():
            as_json(ready)
        self._least_is[stage] = "encoding alone"

    @contextmanager
    def _stage(self, stage: str) -> Iterator[None]:
        before = self._asked.seconds
        with self._watch.taken[stage].one():
            yield
        if self._asked.seconds > before:
            self._watch.least[stage].add(self._asked.seconds - before)
            self._least_is[stage] = "its statements"


def _figure(what: str, taken: Lengths, least: Lengths | None, least_is: str) -> Figure:
    return Figure(
        benchmark="answers",
        what=what,
        value=taken.typical * 1000,
        unit="ms",
        ceiling=least.typical * 1000 if least else None,
        ceiling_is=least_is,
        small_is_good=True,
    )
