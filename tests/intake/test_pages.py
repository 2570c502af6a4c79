"""The pages: a file is sent, its columns settled, looked at and applied, and nothing is lost on the way."""

import io
import re
import uuid
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cast import LIUJIA, SUNJIA, Cast
from tests.intake import sheets
from tests.intake.desk import PACK, on_file

from diguan.intake import jobs
from diguan.intake.models import Import
from diguan.journal.models import Entry

ROSTER = f"户编号,村,户主,姓名,打工收入（万元）,文化程度\nA,{LIUJIA},李,李,0.5,小学毕业\nB,{SUNJIA},周,周,1,小学\n"
Send = Callable[..., Import]


@pytest.fixture
def wang(cast: Cast) -> Client:
    return cast.client("wang")


@pytest.fixture
def send(wang: Client) -> Send:
    def sent(content: str | bytes = ROSTER, name: str = "名册.csv", client: Client | None = None) -> Import:
        raw = content.encode() if isinstance(content, str) else content
        given = {"file": SimpleUploadedFile(name, raw), "pack": PACK, "source": "visit", "observed_on": "2020-05-02"}
        answer = (client or wang).post("/imports/", given)
        assert answer.status_code == 302, re.findall(r"field-error[^>]*>([^<]*)", answer.content.decode())
        jobs.work_off()
        return Import.objects.order_by("-id")[0]

    return sent


def _page(client: Client, found: Import, language: str = "en") -> str:
    client.cookies["django_language"] = language
    answer = client.get(f"/imports/{found.key}/")
    assert answer.status_code == 200
    return answer.content.decode()


def _fields(page: str) -> dict[str, list[str]]:
    """The form of columns as a browser would send it, nothing changed."""
    fields: dict[str, list[str]] = {}
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        fields.setdefault(name, []).append(chosen[1] if chosen else re.findall(r'value="([^"]*)"', options)[0])
    for name, value in re.findall(r'<input type="hidden" name="(word-[^"]+)" value="([^"]*)"', page):
        fields.setdefault(name, []).append(value)
    return fields


def test_a_file_goes_from_the_desk_into_the_registry(wang: Client, send: Send) -> None:
    found = send()
    page = _page(wang, found)
    assert "please check" in page
    fields = _fields(page)
    assert fields["target-0-4"] == ["wage_income"]
    assert fields["multiple-0-4"] == ["10000"]
    assert "小学毕业" in page
    fields["ours-0-5"] = ["primary"]
    wang.post(f"/imports/{found.key}/columns/", fields)
    jobs.work_off()
    page = _page(wang, found)
    assert "Nothing has been written yet" in page
    assert f"No place in which you may record is called “{SUNJIA}”." in page
    assert on_file() == {}
    wang.post(f"/imports/{found.key}/confirmation/")
    jobs.work_off()
    assert "Written on" in _page(wang, found)
    assert list(on_file()) == ["李"]


def test_what_was_settled_once_is_known_the_next_time(wang: Client, send: Send) -> None:
    found = send()
    fields = _fields(_page(wang, found))
    fields["ours-0-5"] = ["primary"]
    wang.post(f"/imports/{found.key}/columns/", fields)
    page = _page(wang, send(ROSTER.replace("李", "王")))
    assert "remembered" in page
    assert "please check" not in page
    assert _fields(page)["ours-0-5"] == ["primary"]


def test_columns_that_are_not_enough_say_what_is_missing_and_keep_what_was_chosen(wang: Client, send: Send) -> None:
    found = send()
    fields = _fields(_page(wang, found))
    fields |= {"target-0-0": [""], "target-0-5": ["work_place"]}
    answer = wang.post(f"/imports/{found.key}/columns/", fields)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "say which column holds the household&#x27;s number" in page
    assert _fields(page)["target-0-5"] == ["work_place"]


def test_refused_rows_and_the_report_can_be_fetched(wang: Client, send: Send) -> None:
    found = send()
    wang.post(f"/imports/{found.key}/columns/", _fields(_page(wang, found)))
    jobs.work_off()
    back = b"".join(wang.get(f"/imports/{found.key}/refused/").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "Why refused" in back
    report = b"".join(wang.get(f"/imports/{found.key}/report/").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "refused" in report


def test_an_import_is_its_senders_alone(cast: Cast, wang: Client, send: Send) -> None:
    found = send()
    missing = f"/imports/{uuid.uuid4()}/"
    for name in ("sun", "qian"):
        client = cast.client(name)
        assert client.get(f"/imports/{found.key}/").status_code == client.get(missing).status_code == 404
        for act in ("columns", "reopening", "confirmation", "cancellation"):
            assert client.post(f"/imports/{found.key}/{act}/").status_code == 404
        for part in ("refused", "report"):
            assert client.get(f"/imports/{found.key}/{part}/").status_code == 404


def test_an_import_can_be_cancelled_before_it_is_written_and_leaves_no_file(wang: Client, send: Send) -> None:
    from diguan.intake import keeping

    found = send()
    wang.post(f"/imports/{found.key}/cancellation/")
    found.refresh_from_db()
    assert found.stage == "cancelled"
    assert not keeping.folder(found).exists()
    assert "Its files were removed" in _page(wang, found)
    wang.post(f"/imports/{found.key}/confirmation/")
    jobs.work_off()
    assert on_file() == {}


def test_a_file_that_cannot_be_read_says_so_in_the_readers_language(wang: Client, send: Send) -> None:
    found = send(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "老表.xls")
    assert "旧格式工作簿" in _page(wang, found, "zh-hans")
    assert "舊格式工作簿" in _page(wang, found, "zh-hant")
    assert "old form (.xls). Open it in your spreadsheet" in _page(wang, found)


def test_a_file_that_is_too_large_is_refused_with_its_limit(wang: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from diguan.intake import keeping

    monkeypatch.setattr(keeping, "LARGEST", 1 << 20)
    file = io.BytesIO(b"x" * (2 << 20))
    file.name = "a.csv"
    answer = wang.post("/imports/", {"file": file, "pack": PACK, "source": "visit", "observed_on": "2020-05-02"})
    assert answer.status_code == 422
    assert "larger than 1 MB" in answer.content.decode()
    assert not Import.objects.exists()


def test_the_same_file_again_says_when_it_was_applied(wang: Client, send: Send) -> None:
    found = send()
    wang.post(f"/imports/{found.key}/columns/", _fields(_page(wang, found)))
    jobs.work_off()
    wang.post(f"/imports/{found.key}/confirmation/")
    jobs.work_off()
    assert "A file with the same content was applied on" in _page(wang, send())


def test_the_template_is_offered_in_the_readers_language(wang: Client) -> None:
    wang.cookies["django_language"] = "zh-hans"
    answer = wang.get(f"/imports/template/?pack={PACK}")
    assert "户编号" in [cell.value for cell in sheets.opened(answer.content).worksheets[1][2]]
    assert wang.get("/imports/template/?pack=no-such-pack").status_code == 404


@pytest.mark.parametrize(
    "query", ["?verdict=nonsense", "?after=-1", "?after=abc", "?after=99999999999999", "?verdict=new&after=0"]
)
def test_an_address_with_nonsense_is_answered_all_the_same(wang: Client, send: Send, query: str) -> None:
    found = send()
    wang.post(f"/imports/{found.key}/columns/", _fields(_page(wang, found)))
    jobs.work_off()
    assert wang.get(f"/imports/{found.key}/{query}").status_code == 200


def test_whoever_looks_at_an_import_leaves_an_entry(wang: Client, send: Send) -> None:
    found = send()
    wang.post(f"/imports/{found.key}/columns/", _fields(_page(wang, found)))
    jobs.work_off()
    _page(wang, found)
    wang.get(f"/imports/{found.key}/refused/").getvalue()
    seen = Entry.objects.filter(verb="import.opened", subject_key=str(found.key)).order_by("id")
    assert [(entry.actor_name, entry.detail["what"]) for entry in seen] == [
        ("wang", "columns"), ("wang", "outcome"), ("wang", "refused rows"),
    ]  # fmt: skip
