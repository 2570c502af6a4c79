"""A file of households goes in: first tried, then applied; the same again changes nothing."""

import datetime as dt

import pytest
from tests.cast import LIUJIA, NOW, SUNJIA, Cast
from tests.intake.desk import Desk, observations, on_file, people_on_file

from diguan.intake import actions, keeping
from diguan.journal.models import Entry

ROSTER = """户编号,行政村,户主姓名,姓名,公民身份号码,出生日期,性别,务工收入(万元),主食够吃,基本医疗保险
A1,Liujia Village,李大明,李大明,110101195001010018,1950年1月1日,男,0.12,是,√
A1,Liujia Village,李大明,王小花,,1952.5.2,女,"3,000元",是,×
A2,990101001202,张三,张三,,19600229,男,,否,1
"""


def test_a_dry_run_says_what_would_change_and_changes_nothing(desk: Desk) -> None:
    found = desk.try_(ROSTER)
    assert desk.verdicts(found) == {"A1": "refused", "A2": "new"}
    assert on_file() == {}
    assert not Entry.objects.filter(verb="registry.observations_recorded").exists()


def test_a_wrong_cell_refuses_the_whole_household_and_says_where_and_why(desk: Desk) -> None:
    found = desk.try_(ROSTER)
    assert desk.reasons(found) == {
        "A1": ["Wages: 3,000元 is above the largest possible value, 10000000. Is the unit right?"]
    }
    assert [fault.row for each in desk.listed(found) for fault in each.faults] == [3]


def test_what_was_tried_is_what_is_applied(desk: Desk) -> None:
    found = desk.apply(ROSTER.replace("3,000元", "0.3"))
    assert found.applied_counts["new"] == 2
    assert found.applied_counts["otherwise"] == {}
    assert on_file() == {"李大明": {"staple_food_enough": True}, "张三": {"staple_food_enough": False}}
    told = people_on_file()
    assert told["王小花"] == {
        "birth_date": "1952-05-02", "sex": "female", "wage_income": "3000", "basic_medical_insurance": False,
    }  # fmt: skip
    assert told["李大明"]["wage_income"] == "1200"
    assert told["李大明"]["birth_date"] == "1950-01-01"
    assert told["张三"] == {"birth_date": "1960-02-29", "sex": "male", "basic_medical_insurance": True}


def test_the_same_file_again_is_unchanged(desk: Desk) -> None:
    text = ROSTER.replace("3,000元", "0.3")
    desk.apply(text)
    again = desk.apply(text)
    assert desk.verdicts(again, "applied") == {"A1": "unchanged", "A2": "unchanged"}
    assert observations() == 2


def test_rows_in_another_order_are_the_same_file(desk: Desk) -> None:
    text = ROSTER.replace("3,000元", "0.3")
    desk.apply(text)
    heading, first, second, third = text.splitlines()
    again = desk.apply("\n".join([heading, third, second, first]))
    assert set(desk.verdicts(again, "applied").values()) == {"unchanged"}


def test_a_corrected_value_shows_old_and_new(desk: Desk) -> None:
    desk.apply(ROSTER.replace("3,000元", "0.3"))
    later = desk.try_(ROSTER.replace("3,000元", "0.4"), on=dt.date(2020, 5, 9))
    changed = next(each for each in desk.listed(later) if each.number == "A1")
    assert changed.verdict == "changed"
    assert [(change.label, change.old, change.new, change.whose) for change in changed.details] == [
        ("Wages", "3000", "4000", "row 3")
    ]
    assert desk.verdicts(later)["A2"] == "confirmed"


def test_another_value_of_the_same_day_is_shown_as_disputed(desk: Desk) -> None:
    desk.apply(ROSTER.replace("3,000元", "0.3"))
    found = desk.try_(ROSTER.replace("3,000元", "0.4"))
    kinds = [change.kind for each in desk.listed(found) for change in each.details]
    assert kinds == ["disputed"]


def test_what_changed_between_trial_and_application_is_said(desk: Desk) -> None:
    first = desk.try_(ROSTER.replace("3,000元", "0.3"))
    desk.apply(ROSTER.replace("3,000元", "0.3"))
    late = desk.confirm(first)
    assert late.applied_counts["otherwise"] == {"new": 2}


def test_people_on_file_are_found_by_their_id_number_whatever_their_household_is_called(desk: Desk) -> None:
    desk.apply(ROSTER.replace("3,000元", "0.3"))
    other = "户号,姓名,身份证号,文化程度\nX-9,李大明,110101195001010018,小学\n"
    found = desk.try_(other, source="education", on=dt.date(2020, 5, 20))
    (household,) = desk.listed(found)
    assert (household.verdict, household.matched) == ("changed", "identifier")
    assert [(each.label, each.new) for each in household.details] == [("Education", "Primary")]


def test_people_of_two_households_on_file_cannot_be_one(desk: Desk) -> None:
    number = "110101196002290018"
    desk.apply(ROSTER.replace("3,000元", "0.3").replace("张三,,19600229", f"张三,{number},19600229"))
    mixed = f"户号,姓名,身份证号\nX,李大明,110101195001010018\nX,张三,{number}\n"
    found = desk.try_(mixed)
    assert "on file in different households" in desk.reasons(found)["X"][0]


def test_a_place_out_of_scope_looks_like_one_that_is_not_there(cast: Cast, desk: Desk) -> None:
    desk.by = cast.people["wang"]  # of Liujia
    rows = [f"A,{LIUJIA},李", f"B,{SUNJIA},周", "C,999999999999,吴"]
    found = desk.try_("户编号,村,户主\n" + "\n".join(rows))
    told = desk.reasons(found)
    assert "A" not in told
    assert told["B"][0].replace(SUNJIA, "…") == told["C"][0].replace("999999999999", "…")


def test_a_household_out_of_scope_is_never_written_to(cast: Cast, desk: Desk) -> None:
    desk.apply(f"户编号,村,户主,主食够吃\nA,{SUNJIA},周,是\n")
    key = desk.listed(desk.try_(f"户编号,村,户主,主食够吃\nA,{SUNJIA},周,是\n"))[0].key
    desk.by = cast.people["wang"]
    found = desk.try_(f"户编号,村,户主,主食够吃\n{key},,周,否\n")
    assert set(desk.verdicts(found).values()) == {"refused"}
    assert f"No household with the key {key} is on file." in desk.reasons(found)[key][0]


def test_somebody_who_lost_their_role_applies_nothing(cast: Cast, desk: Desk) -> None:
    desk.by = cast.people["wang"]
    found = desk.try_(f"户编号,村,户主\nA,{LIUJIA},李\n")
    desk.by.is_active = False
    desk.by.save()
    actions.confirm_import(found=found, by=desk.by, at=NOW)
    with pytest.raises(actions.NotAllowed, match="may no longer record"):
        actions.apply_import(found=found, by=desk.by, at=NOW)
    assert on_file() == {}


def test_a_move_is_not_made_by_a_file(desk: Desk) -> None:
    desk.apply(f"户编号,姓名,身份证号,村\nA,李,110101195001010018,{LIUJIA}\n")
    found = desk.try_(f"户编号,姓名,身份证号,村\nA,李,110101195001010018,{SUNJIA}\n")
    assert "Record the move first" in desk.reasons(found)["A"][0]


def test_the_journal_holds_one_entry_for_each_act(desk: Desk) -> None:
    found = desk.apply(ROSTER)
    acts = Entry.objects.filter(subject_type="import", subject_key=str(found.key)).order_by("id")
    assert [entry.verb.removeprefix("import.") for entry in acts] == [
        "received", "read", "columns_settled", "tried", "confirmed", "applied",
    ]  # fmt: skip
    assert not any("李" in str(entry.detail) for entry in Entry.objects.all())


def test_files_are_removed_after_a_time_and_the_counts_stay(desk: Desk) -> None:
    applied, forgotten = desk.apply(ROSTER), desk.try_(ROSTER)
    late = NOW + dt.timedelta(days=actions.KEPT_DAYS + 1)
    assert actions.remove_old_files(by=None, at=late - dt.timedelta(days=2)) == 0
    assert actions.remove_old_files(by=None, at=late) == 2
    for found in (applied, forgotten):
        found.refresh_from_db()
        assert not keeping.folder(found).exists()
    assert (applied.stage, applied.applied_counts["new"]) == ("applied", 1)
    assert forgotten.stage == "cancelled"
    assert actions.remove_old_files(by=None, at=late) == 0
