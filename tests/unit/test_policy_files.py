"""The files of the policy: whatever is wrong in one is named by file and place, and nothing is half loaded."""

import unicodedata
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from shared.config import load_config
from shared.domain.indicators import AgencyKind, Basis, Elsewhere, Policy, Scoring, WhenEmpty
from shared.domain.ranking import Of
from shared.policy.score_watch import load_score_watch, score_watch
from shared.policy.scoring import load_policies, load_policy, scoring_policies

from .policy_texts import GONE, changed, refusal, text_of

NAME = "scoring-766-2026.yaml"
POLICY = scoring_policies()[0]


def policy_refusal(*changes: tuple[str, Any]) -> str:
    return refusal(lambda: load_policy(changed(NAME, *changes), NAME))


def test_the_policy_is_what_the_decision_and_the_portal_say():
    assert [(group.id.value, group.max) for group in POLICY.groups] == [
        ("CKMB", 18),
        ("TDGQ", 20),
        ("ONLINE", 12),
        ("TTTT", 10),
        ("MDSH", 22),
        ("MDHL", 18),
    ]
    thresholds = {found.id: found.full_marks_at for found in POLICY.indicators.values() if found.full_marks_at not in (None, 1)}
    fifths = dict.fromkeys(("3.1", "3.4", "3.5", "4.3"), Fraction(4, 5))
    assert thresholds == fifths | {"3.3": Fraction(1, 2), "5.3": Fraction(9, 10)}
    empty = {rule: {found.id for found in POLICY.indicators.values() if found.when_empty is rule} for rule in WhenEmpty}
    assert empty[WhenEmpty.FULL] == {"4.4", "5.1", "5.2"}
    assert empty[WhenEmpty.ZERO] == {"2.1", "3.1", "3.2", "3.3", "3.4", "3.5", "3.6", "5.3"}
    assert (POLICY.id, POLICY.valid_from, POLICY.valid_until) == ("766-2026", date(2026, 1, 1), None)


def test_what_is_not_scored_by_its_ratio_says_how_it_is():
    assert {found.id: found.scoring for found in POLICY.indicators.values() if found.scoring is not Scoring.RATIO} == {
        "2.2": Scoring.ANALYSIS,
        "4.4": Scoring.GRANTED,
    }
    assert (POLICY.indicators["4.4"].max, POLICY.indicators["2.2"].max) == (2, None)
    assert POLICY.indicators["4.4"].basis == (Basis.CONFIGURATION,)


def test_what_the_province_does_counts_for_every_unit():
    figures = {found.id for found in POLICY.indicators.values() if found.elsewhere is Elsewhere.PROVINCE_FIGURE}
    assert figures == {"1.1", "1.2", "1.3"}
    assert all(POLICY.indicators[name].applies_to == {AgencyKind.PROVINCE} for name in figures)


def test_the_portals_figures_are_compared_where_they_count_the_same():
    apart = {found.id for found in POLICY.indicators.values() if not found.comparison.comparable}
    assert apart == {"1.4", "2.2", "3.2", "4.4"}


def test_every_number_names_a_source_there_is():
    for policy in scoring_policies():
        known = {source.id for source in policy.sources}
        for found in policy.indicators.values():
            numbers = {"max": found.max, "full_marks_at": found.full_marks_at, "when_empty": found.when_empty}
            numbers["tolerance"] = found.comparison.tolerance
            assert set(found.sources) == {name for name, number in numbers.items() if number is not None}
            assert known.issuperset(found.sources.values())
        assert {group.source for group in policy.groups} | set(policy.sources_of.values()) <= known


@pytest.mark.parametrize("name", [NAME, "targets.yaml"])
def test_what_officials_read_is_composed_vietnamese(name):
    assert unicodedata.is_normalized("NFC", text_of(name))


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        ("colour", "red", "colour: unknown key"),
        ("groups.0.indicators.2.colour", "red", "groups.0.indicators.2.colour: unknown key"),
        ("groups.0.indicators.2.max.unit", "points", "groups.0.indicators.2.max.unit: unknown key"),
        ("id", GONE, "id: Field required"),
        ("id", "Điểm 2026", "id: "),
        ("from", GONE, "from: Field required"),
        ("from", None, "from: "),
        ("until", GONE, "until: Field required"),
        ("from.value", "2026-02-30", "from.value: "),
        ("from.value", "spring", "from.value: must be a day"),
        ("from.value", 20260101, "from.value: must be a day"),
        ("until", {"value": "2025-12-31", "source": "plan"}, "until: lies before from"),
        ("sources", {}, "sources: "),
        ("sources.plan", GONE, "max.source: the file lists no source plan"),
        ("max.source", GONE, "max.source: Field required"),
        ("groups.3.indicators.0.full_marks_at.source", GONE, "groups.3.indicators.0.full_marks_at.source: Field required"),
        (
            "groups.3.indicators.0.when_empty.source",
            "rumour",
            "groups.3.indicators.0.when_empty.source: the file",
        ),
        ("groups.0.indicators.0.comparison.tolerance.source", "x", "groups.0.indicators.0.comparison.tolerance.source: the file"),
        ("groups.1.indicators.0.max", 20, "groups.1.indicators.0.max: "),
        ("groups.1.indicators.0.max.value", 19, "groups.1.max.value: is 20, its indicators add up to 19"),
        ("groups.1.max.value", 19, "groups.1.max.value: is 19, its indicators add up to 20"),
        ("max.value", 99, "max.value: is 99, the groups add up to 100"),
        ("groups.1", GONE, "max.value: is 100, the groups add up to 80"),
        ("groups.1.indicators.0.max.value", 0, "groups.1.indicators.0.max.value: "),
        ("groups.1.indicators.0.max.value", -20, "groups.1.indicators.0.max.value: must be a number"),
        ("groups.1.indicators.0.max.value", "20.001", "groups.1.indicators.0.max.value: must be a number"),
        ("groups.1.indicators.0.max.value", True, "groups.1.indicators.0.max.value: must be a number"),
        ("groups.1.indicators.0.max.value", "viel", "groups.1.indicators.0.max.value: must be a number"),
        ("groups.1.indicators.0.full_marks_at.value", "95%", "groups.1.indicators.0.full_marks_at.value: must be a fraction"),
        ("groups.1.indicators.0.full_marks_at.value", "0.8", "groups.1.indicators.0.full_marks_at.value: must be a fraction"),
        ("groups.1.indicators.0.full_marks_at.value", True, "groups.1.indicators.0.full_marks_at.value: must be a fraction"),
        ("groups.1.indicators.0.full_marks_at.value", "5/4", "groups.1.indicators.0.full_marks_at.value: must be above 0"),
        ("groups.1.indicators.0.full_marks_at.value", "0/5", "groups.1.indicators.0.full_marks_at.value: must be above 0"),
        ("groups.1.indicators.0.full_marks_at.value", "4/0", "groups.1.indicators.0.full_marks_at.value: must be above 0"),
        ("groups.1.indicators.0.full_marks_at", None, "groups.1.indicators.0.full_marks_at: is missing from a scoring by ratio"),
        ("groups.1.indicators.0.when_empty.value", "half", "groups.1.indicators.0.when_empty.value: "),
        ("groups.1.indicators.0.when_empty", None, "groups.1.indicators.0.when_empty: is missing from"),
        (
            "groups.1.indicators.1.when_empty",
            {"value": "zero", "source": "plan"},
            "groups.1.indicators.1.when_empty: has no",
        ),
        ("groups.4.indicators.3.when_empty.value", "zero", "groups.4.indicators.3.when_empty.value: must be full"),
        ("groups.1.indicators.0.scoring", "luck", "groups.1.indicators.0.scoring: "),
        ("groups.1.indicators.0.basis", [], "groups.1.indicators.0.basis: "),
        ("groups.1.indicators.0.basis", ["dreams"], "groups.1.indicators.0.basis.0: "),
        ("groups.1.indicators.0.basis", ["dossiers", "dossiers"], "groups.1.indicators.0.basis: names something twice"),
        ("groups.1.indicators.0.applies_to", ["ministry"], "groups.1.indicators.0.applies_to.0: "),
        ("groups.1.indicators.0.elsewhere", GONE, "groups.1.indicators.0.elsewhere: Field required"),
        ("groups.1.indicators.0.name", "", "groups.1.indicators.0.name: "),
        ("groups.1.indicators.0.comparison.comparable", "maybe", "groups.1.indicators.0.comparison.comparable: "),
        ("groups.1.indicators.0.comparison.why", GONE, "groups.1.indicators.0.comparison.why: Field required"),
        ("groups.1.indicators.0.comparison.tolerance", None, "groups.1.indicators.0.comparison.tolerance: must be there exactly"),
        ("groups.1.indicators.0.id", "2.3", "groups.1.indicators.0.id: unknown indicator 2.3; there are 1.1, 1.2"),
        ("groups.1.indicators.0.id", "1.1", "groups.1.indicators.0.id: the indicator 1.1 is there twice"),
        ("groups.1.indicators.0.code", "DOSSIER_SYNC", "groups.1.indicators.0.code: the code DOSSIER_SYNC is there twice"),
        ("groups.1.id", "TDGP", "groups.1.id: "),
        ("groups.1.id", "CKMB", "groups.1.id: the group CKMB is there twice"),
        ("groups.1.indicators", [], "groups.1.indicators: "),
        ("groups", GONE, "groups: Field required"),
    ],
)
def test_what_is_wrong_in_a_policy_is_named_by_file_and_place(place, value, told):
    assert policy_refusal((place, value)).startswith(f"{NAME}: {told}")


def test_a_file_that_only_moves_its_words_about_is_the_same_policy():
    assert load_policy(changed(NAME), NAME) == POLICY


def test_points_may_have_two_decimals():
    changes = (("groups.0.indicators.0.max.value", "5.75"), ("groups.0.indicators.1.max.value", "4.25"))
    assert load_policy(changed(NAME, *changes), NAME).indicators["1.1"].max == Decimal("5.75")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id: a\nname: b\nid: c\n", "p.yaml: line 3: the key id is there twice"),
        ("groups:\n  - id: CKMB\n    name: x\n    id: TDGQ\n", "p.yaml: line 4: the key id is there twice"),
        ("a: {b: 1, b: 1}", "p.yaml: line 1: the key b is there twice"),
        ("id: [", "p.yaml: not YAML, line 1"),
        ("id: !!python/name:os.system x", "p.yaml: not YAML, line 1"),
        ("id: \0", "p.yaml: not YAML"),
        ("- id", "p.yaml: must be a mapping of keys"),
        ("", "p.yaml: id: Field required"),
    ],
)
def test_a_text_that_is_no_policy_is_named_by_file_and_line(text, told):
    assert refusal(lambda: load_policy(text, "p.yaml")).startswith(told)


def test_a_key_that_is_there_twice_is_refused_in_the_configuration_too(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("province: H20\npoll: {page_size: 10}\npoll: {page_size: 20}\n", encoding="utf-8")
    assert refusal(lambda: load_config(path)).endswith("config.yaml: line 3: the key poll is there twice")


@pytest.fixture
def folder(tmp_path):
    """Write versions by file name: their id, first and last day."""

    def write(**versions: tuple[str, str, str | None]) -> tuple[Policy, ...]:
        for name, (policy_id, first, last) in versions.items():
            until = last and {"value": last, "source": "plan"}
            text = changed(NAME, ("id", policy_id), ("from.value", first), ("until", until))
            (tmp_path / f"scoring-{name}.yaml").write_text(text, encoding="utf-8")
        return load_policies(tmp_path)

    return write


def test_versions_are_sorted_by_their_first_day_and_may_leave_days_between(folder):
    found = folder(a=("new", "2027-02-01", None), b=("old", "2026-01-01", "2026-12-31"))
    assert [policy.id for policy in found] == ["old", "new"]


def test_versions_that_follow_each_other_do_not_overlap(folder):
    assert len(folder(a=("old", "2026-01-01", "2026-12-31"), b=("new", "2027-01-01", None))) == 2


@pytest.mark.parametrize("last", ["2027-01-01", None])
def test_two_versions_valid_on_one_day_are_refused(folder, last):
    told = refusal(lambda: folder(a=("old", "2026-01-01", last), b=("new", "2027-01-01", None)))
    assert told.startswith(f"scoring-b.yaml: from: overlaps scoring-a.yaml, which is valid until {last or 'further notice'}")


def test_two_versions_of_one_id_are_refused(folder):
    told = refusal(lambda: folder(a=("same", "2026-01-01", "2026-12-31"), b=("same", "2027-01-01", None)))
    assert told == "scoring-b.yaml: id: the policy same is there twice"


def test_one_bad_file_loads_none(folder, tmp_path):
    folder(a=("old", "2026-01-01", "2026-12-31"))
    (tmp_path / "scoring-b.yaml").write_text(changed(NAME, ("max.value", 99)), encoding="utf-8")
    assert refusal(lambda: load_policies(tmp_path)).startswith("scoring-b.yaml: max.value: ")


def test_a_folder_without_a_policy_is_refused(tmp_path):
    assert refusal(lambda: load_policies(tmp_path)) == "there is no scoring policy: scoring-*.yaml"


# When a score is worth an alert


def watch_refusal(*changes: tuple[str, Any]) -> str:
    return refusal(lambda: load_score_watch(changed("score-watch.yaml", *changes), "score-watch.yaml"))


def test_the_thresholds_of_scores_are_those_the_documentation_names():
    found = score_watch()
    assert (found.working_days, found.dossiers) == (5, 20)
    assert (found.province_drop, found.agency_drop) == (Decimal("0.5"), 1)
    assert found.falls == {Of.PROVINCES: 1, Of.DEPARTMENTS: 3, Of.COMMUNES: 5}


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        ("colour", "red", "colour: unknown key"),
        ("drop.agency", GONE, "drop.agency: Field required"),
        ("drop.agency.value", 0, "drop.agency.value: "),
        ("drop.agency.value", "0.005", "drop.agency.value: must be a number with at most two decimals"),
        ("fall.communes.value", 0, "fall.communes.value: "),
        ("fall.communes.value", "5", "fall.communes.value: "),
        ("from.dossiers.value", 1.5, "from.dossiers.value: "),
        ("from.working_days.source", "rumour", "from.working_days.source: the file lists no source rumour"),
        ("sources", {}, "sources: "),
    ],
)
def test_what_is_wrong_in_the_thresholds_is_named_by_file_and_place(place, value, told):
    assert watch_refusal((place, value)).startswith(f"score-watch.yaml: {told}")
