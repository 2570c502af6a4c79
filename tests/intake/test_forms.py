"""Files in every form that people have: encodings, separators, titles above the heading, ways to write a value."""

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence

import pytest
from tests.cast import LIUJIA, WANGJIA
from tests.intake import sheets
from tests.intake.desk import PACK, Desk, on_file, people_on_file

from diguan import rulebook
from diguan.intake import blank, keeping, outcomes


def _read(desk: Desk, column: str, cells: Sequence[str]) -> dict[str, object]:
    """What each cell of a column of persons is read as, or the reason why it is refused; one household for each."""
    out = io.StringIO()
    write = csv.writer(out).writerow
    write(["户编号", "村", "户主", "姓名", column])
    for number, cell in enumerate(cells):
        write([f"N{number}", LIUJIA, f"户{number}", f"人{number}", cell])
    found = desk.apply(out.getvalue())
    why, told = desk.reasons(found), people_on_file()
    return {
        cell: why[f"N{number}"][0] if f"N{number}" in why else next(iter(told[f"人{number}"].values()), None)
        for number, cell in enumerate(cells)
    }


def _wrong(read: dict[str, object], why: Mapping[str, str]) -> dict[str, object]:
    """The cells whose answer does not hold the words expected."""
    return {cell: read[cell] for cell, words in why.items() if words not in str(read[cell])}


def test_a_day_is_read_however_it_is_written(desk: Desk) -> None:
    cells = ["2020-05-02", "2020/5/2", "2020.5.2", "2020.05.02", "20200502", "2020年5月2日", "２０２０年５月２日",
             "2020-5-2 14:30", "43953", "2020 年 5 月 2 日", "2020-05-02 00:00:00", "2020年5月2号"]  # fmt: skip
    assert _read(desk, "出生日期", cells) == dict.fromkeys(cells, "2020-05-02")


def test_what_is_no_day_is_refused(desk: Desk) -> None:
    cells = [
        "2020-02-30",
        "1900-02-29",
        "0000-00-00",
        "2020",
        "5/2/2020",
        "20.5.2",
        "2020年5月",
        "60",
        "yesterday",
        "1e5",
    ]
    assert _wrong(_read(desk, "出生日期", cells), dict.fromkeys(cells, "is not a day")) == {}


def test_an_amount_is_read_however_it_is_written(desk: Desk) -> None:
    cells = {
        "1200": "1200", "1,200": "1200", "１２００": "1200", "1200元": "1200", "¥1,200.50": "1200.5", "1.2万": "12000",
        "3千": "3000", "+5": "5", "1.5e3": "1500", "-0": "0", " 7 ": "7", "0": "0", "0.0000005": "0.000001", "１，２００": "1200",
    }  # fmt: skip
    assert _read(desk, "务工收入", list(cells)) == cells


def test_what_is_no_amount_is_refused_with_its_reason(desk: Desk) -> None:
    why = {
        "12²": "is not a number", "1,20": "is not a number", "1_000": "is not a number", "1e999": "too long", "-1": "below",
        "=1+1": "formula", "#REF!": "error", "NaN": "is not a number", "一千": "is not a number", "9" * 40: "too long",
        "1.2.3": "too long", "99999999999": "above",
    }  # fmt: skip
    assert _wrong(_read(desk, "务工收入", list(why)), why) == {}


def test_nothing_is_unknown_and_never_zero(desk: Desk) -> None:
    cells = ["", "NA", "n/a", "-", "—", "/", "不详", "未知"]
    assert _read(desk, "务工收入", cells) == dict.fromkeys(cells)


def test_a_truth_is_read_however_it_is_written(desk: Desk) -> None:
    yes, no = ["是", "√", "✓", "1", "有", "TRUE", "Ｙ", "yes"], ["否", "×", "0", "无", "false", "No", "x"]
    assert _read(desk, "基本医疗保险", [*yes, *no]) == {**dict.fromkeys(yes, True), **dict.fromkeys(no, False)}


def test_a_code_is_known_by_its_label_in_any_language(desk: Desk) -> None:
    cells = ["primary", "Primary", "小学", "小學", " 小 学 ", "PRIMARY"]
    assert _read(desk, "文化程度", cells) == dict.fromkeys(cells, "primary")


def test_a_code_that_is_none_and_a_number_cut_short_are_refused_with_what_to_do(desk: Desk) -> None:
    assert _wrong(_read(desk, "文化程度", ["博士后"]), {"博士后": "Possible are: None or little; Primary"}) == {}
    cut = "1.10101195001010E+17"
    assert _wrong(_read(desk, "身份证号", [cut]), {cut: "kept only the first 15 digits"}) == {}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_file_of_text_is_read_in_any_encoding_and_with_any_sign(desk: Desk, encoding: str, sign: str) -> None:
    text = f"户编号,村,户主,主食够吃\n1,{LIUJIA},𠮷䶮,是\n".replace(",", sign)
    found = desk.apply(text.encode(encoding))
    assert found.applied_counts["new"] == 1
    assert on_file() == {"𠮷䶮": {"staple_food_enough": True}}


def test_titles_empty_rows_and_columns_and_sums_do_no_harm(desk: Desk) -> None:
    text = f"""某县贫困户花名册,,,,,
填报单位：扶贫办,,,,2020年5月,
,,,,,
,户编号,,行政村,户主姓名,主食够吃
,,,,,
,1,,{LIUJIA},李,是
,,,,,
,合计,,,,1
"""
    found = desk.try_(text)
    assert desk.verdicts(found) == {"1": "new", "合计": "refused"}
    assert "adds up others" in desk.reasons(found)["合计"][0]


def test_a_heading_in_two_rows_with_merged_cells(desk: Desk) -> None:
    rows = [
        ["花名册", None, None, None, None, None],
        ["户编号", "村", "户主姓名", "收入（万元）", None, "饮水"],
        [None, None, None, "林业收入", "土地流转收入", "取水往返时间"],
        ["1", LIUJIA, "李", 0.05, 0.1, 12],
    ]
    book = sheets.opened(sheets.workbook(表=rows))
    page = book["表"]
    for merged in ("A1:F1", "A2:A3", "B2:B3", "C2:C3", "D2:E2"):
        page.merge_cells(merged)
    found = desk.apply(sheets.saved(book), names=["a.xlsx"])
    assert found.applied_counts["new"] == 1
    assert on_file()["李"] == {"forestry_receipts": "0.05", "land_rent": "0.1", "water_minutes": "12"}


def test_below_a_merged_household_the_next_rows_are_its_people(desk: Desk) -> None:
    text = f"户编号,村,户主,姓名,性别\n1,{LIUJIA},李,李,男\n,,,王,女\n2,{WANGJIA},张,张,男\n"
    found = desk.try_(text)
    assert [(each.number, each.persons) for each in desk.listed(found)] == [("1", 2), ("2", 1)]


def test_households_and_people_in_two_sheets_of_a_workbook(desk: Desk) -> None:
    book = sheets.workbook(
        说明=[["请填写"], ["谢谢"]],
        户=[
            ["户编号", "所在地", "户主姓名", "登记日期", "主食够吃"],
            ["1", "Liujia Village", "李", dt.date(2020, 5, 3), True],
        ],
        人=[
            ["户编号", "姓名", "出生日期", "务工收入"],
            ["1", "李", dt.date(1950, 3, 1), 1234.5],
            ["1", "王", 20000, 0],
        ],
    )
    found = desk.apply(book, names=["a.xlsx"])
    assert found.applied_counts["new"] == 1
    assert people_on_file()["李"] == {"birth_date": "1950-03-01", "wage_income": "1234.5"}
    assert people_on_file()["王"] == {"birth_date": "1954-10-03", "wage_income": "0"}
    assert desk.listed(found)[0].row == 2


def test_households_and_people_in_two_files(desk: Desk) -> None:
    homes = f"户编号,村,户主,主食够吃\n1,{LIUJIA},李,是\n"
    people = "户编号,姓名,性别\n1,李,男\n1,王,女\n"
    found = desk.apply(homes, people)
    assert (found.applied_counts["new"], found.applied_counts["persons"]) == (1, 2)


def test_columns_that_a_household_repeats_must_agree(desk: Desk) -> None:
    text = f"户编号,村,户主,姓名,主食够吃\n1,{LIUJIA},李,李,是\n1,{LIUJIA},李,王,否\n"
    found = desk.try_(text)
    assert "say different things" in desk.reasons(found)["1"][0]


def test_numbers_may_begin_anew_in_each_village(desk: Desk) -> None:
    text = f"户编号,村,户主\n1,{LIUJIA},李\n1,{WANGJIA},张\n"
    assert desk.apply(text).applied_counts["new"] == 2


def test_levels_of_places_in_columns_of_their_own(desk: Desk) -> None:
    text = "县,乡镇,行政村,户编号,户主\nAnyang County,Dongshan Township,Liujia,1,李\nBeihu,Nanwan,Liujia,2,周\n"
    found = desk.try_(text)
    assert desk.verdicts(found) == {"1": "new", "2": "refused"}


def test_refused_rows_come_back_with_their_reasons_and_can_be_sent_again(desk: Desk) -> None:
    text = f"名册,,,\n户编号,村,户主,务工收入,姓名\n1,{LIUJIA},=cmd|' /C calc'!A0,abc,李\n2,{LIUJIA},张,5,张\n"
    found = desk.try_(text)
    back = desk.sent_back(found)
    assert back[:2] == [["名册", "", "", "", "", ""], ["户编号", "村", "户主", "务工收入", "姓名", "Why refused"]]
    assert back[2:] == [["1", LIUJIA, "'=cmd|' /C calc'!A0", "abc", "李", "Wages: “abc” is not a number."]]
    path = outcomes.refused_file(found, keeping.folder(found) / "trial")
    mended = path.read_text("utf-8-sig").replace("abc", "7")
    again = desk.apply(mended)
    assert again.applied_counts["new"] == 1
    assert "=cmd|' /C calc'!A0" in on_file()


def test_a_refused_workbook_comes_back_as_one_with_its_cells_marked(desk: Desk) -> None:
    rows = [
        ["名册"],
        ["户编号", "村", "户主", "取水往返时间"],
        ["1", LIUJIA, "=HYPERLINK(1)", "很远"],
        ["2", LIUJIA, "张", 5],
    ]
    found = desk.try_(sheets.workbook(户=rows), names=["a.xlsx"])
    path = outcomes.refused_file(found, keeping.folder(found) / "trial")
    page = sheets.opened(path.read_bytes())["户"]
    told = [[cell.value for cell in row] for row in page.iter_rows()]
    assert told[1] == ["户编号", "村", "户主", "取水往返时间", "Why refused"]
    assert told[2][:4] == ["1", LIUJIA, "=…", "很远"] or told[2][3] == "很远"
    assert page["D3"].fill.fgColor.rgb.endswith("FBD5D2")
    assert all(cell.data_type != "f" for row in page.iter_rows() for cell in row)


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_the_template_is_understood_in_every_language(desk: Desk, jilin_pack: rulebook.Pack, language: str) -> None:
    book = sheets.opened(blank.workbook(jilin_pack, language))
    explained, homes, people = (book[name] for name in book.sheetnames[:3])
    assert explained["A1"].value
    columns = {cell.value: cell.column for cell in homes[1]}
    assert "id_birth_date" not in {cell.value for cell in people[1]}
    homes.cell(3, columns["household_id"], "1")
    homes.cell(3, columns["place"], LIUJIA)
    homes.cell(3, columns["household_name"], "李")
    choice = jilin_pack.variables["housing_grade"].codes["B"].in_language(language)
    homes.cell(3, columns["housing_grade"], choice)
    of_person = {cell.value: cell.column for cell in people[1]}
    people.cell(3, of_person["household_id"], "1")
    people.cell(3, of_person["person_name"], "李")
    people.cell(3, of_person["birth_date"], dt.date(1950, 3, 1))
    found = desk.apply(sheets.saved(book), names=["filled.xlsx"])
    assert found.applied_counts["new"] == 1
    assert on_file()["李"] == {"housing_grade": "B"}
    assert people_on_file()["李"] == {"birth_date": "1950-03-01"}


def test_the_template_marks_what_is_required_and_offers_lists(jilin_pack: rulebook.Pack) -> None:
    book = sheets.opened(blank.workbook(jilin_pack, "en"))
    homes = book[book.sheetnames[1]]
    assert homes.row_dimensions[1].hidden
    assert "Required." in homes["A2"].comment.text
    assert len(homes.data_validations.dataValidation) > 10
    assert book["lists"].sheet_state == "hidden"
    assert PACK in book[book.sheetnames[0]]["A1"].value
