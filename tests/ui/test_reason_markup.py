"""The reason tree is written without a template, so that nothing escapes its texts but itself."""

from datetime import date
from html.parser import HTMLParser

from diguan.ui import reason_markup
from diguan.ui.reasons import Comparison, Node

EVIL = "<b>\"'&"
EVERYTHING = Comparison(
    EVIL, EVIL, "text", EVIL, EVIL, EVIL, "not_met", EVIL, date(2020, 5, 29), f"/{EVIL}", EVIL, f"/{EVIL}", is_unverified=True
)  # fmt: skip


class Reader(HTMLParser):
    """Elements opened and not yet closed, every element seen, and the text."""

    def __init__(self, written: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(written)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def named(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.seen if tag == name]


def read(*nodes: Node) -> Reader:
    return Reader(reason_markup.tree(nodes, "yuan", "CNY"))


def test_every_text_and_every_address_is_escaped_wherever_it_stands() -> None:
    inner = Node(EVIL, EVIL)
    page = read(Node("not_met", EVIL, [EVERYTHING], [inner], EVIL, f"/{EVIL}", EVIL, EVIL))
    assert page.open == []
    assert page.named("b") == []
    assert {link["href"] for link in page.named("a")} == {f"/{EVIL}"}
    assert page.text.count(EVIL) >= 12


def test_a_step_with_nothing_under_it_cannot_be_opened_and_a_failed_one_is_open() -> None:
    page = read(
        Node("met", "enough", children=[Node("met", "plain")]), Node("not_met", "short", mend="more", is_open=True)
    )
    assert ["open" in details for details in page.named("details")] == [False, True]
    assert "reason is-leaf is-met" in [box.get("class") for box in page.named("div")]


def test_a_value_that_nobody_observed_says_so_beside_its_clause() -> None:
    page = read(Node("unknown", "water", [Comparison("Minutes", None, clause="clause 4")]))
    assert "nobody has observed it · clause 4" in page.text
