"""What goes wrong in this province, and what merely happens.

Each scenario plans one dossier in which one alert opens, and perhaps ends, at given moments; each habit one to which something
happens at a moment.
"""

from services.simulator.scenarios import citizens, intake, late, results, sync
from services.simulator.scenarios.habits import HABITS, Habit, named_later
from services.simulator.scenarios.place import Place, Scenario

__all__ = ["HABITS", "IN_OFFICE_HOURS", "SCENARIOS", "SOON", "Habit", "Place", "Scenario", "named_later"]

SCENARIOS: dict[str, tuple[Scenario, ...]] = {
    "sync.missing_on_portal": (sync.lost_on_the_way_to_the_portal, sync.found_again_under_an_old_code),
    "sync.missing_at_home": (sync.lost_on_the_way_home, sync.come_home_under_an_old_code),
    "sync.status_mismatch": (
        sync.acceptance_not_sent,
        sync.end_not_sent_to_an_old_code,
        sync.old_code_at_home_lags,
        sync.end_not_sent,
        sync.request_not_sent,
        sync.return_not_sent,
        sync.portal_ran_ahead,
    ),
    "sync.field_mismatch": (sync.new_due_date_not_sent, sync.transfer_not_sent, sync.procedure_differs, sync.acceptance_differs),
    "sync.result_missing": (sync.result_not_sent,),
    "sync.payment_mismatch": (sync.payment_not_sent, sync.payment_not_fetched),
    "sync.status_unknown": (sync.odd_word_at_home, sync.odd_word_on_the_portal),
    "main.missing": (sync.land_dossier_not_forwarded,),
    "portal.intake": (intake.taken_up_unheard,),
    "portal.deadline": (late.finished_unheard, late.extended_unheard, late.paused_unheard),
    "intake.due_soon": (intake.slowly_taken_up,),
    "intake.breached": (intake.left_lying,),
    "stage.overdue": (late.stage_drags,),
    "deadline.due_soon": (late.near_its_due_date, late.resumed_near_its_due_date),
    "deadline.overdue": (late.past_its_due_date,),
    "deadline.missing": (late.without_due_date,),
    "supplement.repeated": (citizens.asked_twice,),
    "request.late": (citizens.asked_too_late,),
    "pause.too_long": (citizens.papers_never_came, citizens.fee_never_came, citizens.paused_and_forgotten),
    "payment.unnoticed": (citizens.payment_lies_unnoticed,),
    "result.missing": (results.no_electronic_result,),
    "apology.missing": (results.late_without_letter, results.ended_late_without_letter),
}
"""By the rule whose alert a scenario plants."""

SOON: tuple[str, ...] = (
    "sync.missing_on_portal",
    "sync.missing_at_home",
    "sync.status_mismatch",
    "sync.field_mismatch",
    "sync.payment_mismatch",
    "sync.status_unknown",
    "intake.due_soon",
    "intake.breached",
    "portal.intake",
    "deadline.missing",
)
"""Rules whose dossiers need at most half a day of history: these go wrong among new arrivals, too."""

IN_OFFICE_HOURS: frozenset[Scenario] = frozenset(
    {
        sync.land_dossier_not_forwarded,
        late.near_its_due_date,
        citizens.papers_never_came,
        citizens.fee_never_came,
        citizens.paused_and_forgotten,
        citizens.payment_lies_unnoticed,
        results.no_electronic_result,
        results.late_without_letter,
        results.ended_late_without_letter,
    }
)
"""Scenarios whose threshold is counted in working time, and so can be reached in office hours only."""
