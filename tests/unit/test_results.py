"""The page of results: each benchmark as it was last run, and how."""

from datetime import UTC, datetime

from benchmarks.__main__ import LONG, NAMES
from benchmarks.figures import Figure
from benchmarks.results import Run, machine, updated

FAST = Figure(
    benchmark="ingest", what="new", value=16_213.4, unit="records/s", ceiling=64_241, ceiling_is="COPY", aim=20_000
)  # fmt: skip
SMALL = Figure(benchmark="size", what="a dossier", value=3.154, unit="KiB", aim=4, small_is_good=True)


def run(figure: Figure, *, load: float = 0.26) -> Run:
    return Run(
        benchmark=figure.benchmark,
        command=f".venv/bin/python -m benchmarks {figure.benchmark}",
        began_at=datetime(2026, 11, 9, 7, 5, tzinfo=UTC),
        load=load,
        machine="2 cores of a machine",
        figures=(figure,),
    )


def test_a_section_tells_the_figures_beside_their_ceilings_and_how_they_were_measured() -> None:
    page = updated("", [run(FAST)], ["ingest"])
    assert page.startswith("# Results\n")
    assert page.partition("## ")[2] == (
        "ingest\n\n"
        "`.venv/bin/python -m benchmarks ingest`, 9 November 2026, 07:05 UTC, load 0.3 when it began; 2 cores of a machine.\n\n"
        "| what | figure | unit | ceiling | reached | aim | holds |\n"
        "| --- | ---: | --- | ---: | ---: | ---: | --- |\n"
        "| new | 16,213 | records/s | 64,241 COPY | 25% | ≥ 20,000 | no |\n"
    )


def test_what_has_no_ceiling_says_so_and_less_may_be_better() -> None:
    assert "| a dossier | 3.15 | KiB | – | – | ≤ 4 | yes |" in updated("", [run(SMALL)], [])


def test_a_benchmark_replaces_its_own_section_and_leaves_the_others() -> None:
    first = updated("", [run(FAST), run(SMALL)], ["ingest", "size"])
    second = updated(first, [run(FAST, load=7)], ["ingest", "size"])
    assert second == first.replace("load 0.3 when it began", "load 7.0 when it began", 1)
    assert updated(second, [run(FAST)], ["ingest", "size"]) == first


def test_sections_stand_in_the_order_of_the_benchmarks_whichever_was_run_first() -> None:
    page = ""
    for figure in (SMALL, FAST):
        page = updated(page, [run(figure)], ["ingest"])
    assert page.index("## ingest") < page.index("## size")
    assert updated(page, [], ["ingest"]) == page


def test_the_machine_is_named_with_its_versions() -> None:
    told = machine("18.1")
    assert "cores of" in told
    assert "GiB" in told
    assert told.endswith("PostgreSQL 18.1")


def test_a_benchmark_is_named_once() -> None:
    assert len({*NAMES, *LONG}) == len((*NAMES, *LONG))
