"""Sample data for the gallery of components. Nothing here is a real place, person or number."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest

from diguan.ui import (
    charts,
    empties,
    facts,
    filters,
    formats,
    heat,
    maps,
    notices,
    outcomes,
    paging,
    reasons,
    stats,
    steps,
    tables,
    trees,
)

STANDARDS = (
    ("food", "Food", "吃"),
    ("clothing", "Clothing", "穿"),
    ("education", "Education", "义务教育"),
    ("health", "Health", "基本医疗"),
    ("housing", "Housing", "住房安全"),
    ("water", "Water", "饮水安全"),
    ("income", "Income", "收入"),
)
PLACES = (
    ("Beishan", "北山县"),
    ("Dongling", "东岭县"),
    ("Heshui", "河水县"),
    ("Liuhe", "柳河口县"),
    ("Nanping", "南坪市"),
    ("Qingtan", "清潭县"),
    ("Shitou", "石头区"),
    ("Xiaogou", "小沟县"),
    ("Yunfeng", "云峰区"),
)
AS_OF = date(2020, 5, 29)


def say(english: str, chinese: str) -> str:
    return chinese if formats.language().startswith("zh") else english


def page(request: HttpRequest) -> dict[str, Any]:
    unit = getattr(request, "money_unit", formats.YUAN)
    return {
        "registry_name": say("Sample province", "示例省"),
        "registry_synthetic": True,
        "currency": "CNY",
        "as_of": AS_OF,
        "pack_title": say("Sample pack 2020", "示例政策包2020"),
        "pack_version": "1.0.0",
        "crumbs": [
            (say("Sample province", "示例省"), "#"),
            (say("Lake prefecture", "湖州地区"), "#"),
            (say(*PLACES[0]), ""),
        ],
        "place_tree": place_tree(),
        "notices": sample_notices(),
        "stats": sample_stats(),
        "countdown": stats.Countdown(date(2020, 12, 31), AS_OF, say("Campaign", "攻坚期限")),
        "countdown_past": stats.Countdown(date(2020, 5, 20), AS_OF),
        "outcomes": [*outcomes.SIGNS],
        "bar": filter_bar(request),
        "table": table(request),
        "table_empty": tables.Table(say("Households", "户"), [], [], empty=no_households()),
        "empty": no_households(),
        "reasons": sample_reasons(),
        "matrix": matrix(),
        "map": place_map(),
        "income": income(unit),
        "incidence": incidence(),
        "steps": sample_steps(),
        "facts": sample_facts(),
    }


def place_tree() -> list[trees.Node]:
    villages = [trees.Node(say(f"Village {number}", f"{number}村"), "#", count=number * 3) for number in (1, 2, 3)]
    town = trees.Node(say("Ford township", "渡口镇"), "#", villages, count=18)
    counties = [
        trees.Node(say(*place), "#", [town] if index == 0 else [], count=1200 - index * 117, is_current=index == 0)
        for index, place in enumerate(PLACES)
    ]
    return [trees.Node(say("Sample province", "示例省"), "#", counties, count=10_063)]


def sample_stats() -> list[stats.Stat]:
    persons = say("persons", "人")
    return [
        stats.Stat(
            say("Remaining poor", "未脱贫人口"),
            10_063,
            persons,
            "#",
            [stats.Line(say("5,402 households", "5,402户"), "#"), say("plan: −600 this week", "计划：本周减少600")],
            change=-412,
            since=say("this week", "本周"),
            better="down",
        ),
        stats.Stat(
            say("At risk of return", "脱贫不稳定人口"),
            10_325,
            persons,
            "#",
            [say("31 came, 80 left", "新增31，退出80")],
            change=-49,
            since=say("this week", "本周"),
            better="down",
        ),
        stats.Stat(
            say("Near-poor", "边缘易致贫人口"),
            13_603,
            persons,
            "#",
            [say("55 came, 49 left", "新增55，退出49")],
            change=6,
            since=say("this week", "本周"),
            better="down",
        ),
        stats.Stat(
            say("Unknown, to check", "情况不明，待核查"),
            1_204,
            say("households", "户"),
            "#",
            [stats.Line(say("oldest: 41 days", "最长41天"), "#")],
            change=0,
            since=say("this week", "本周"),
        ),
    ]


def sample_notices() -> list[notices.Notice]:
    return [
        notices.Notice(
            say("The date lies in the future.", "日期晚于今天。"),
            say("line 14, column “observed on”", "第14行“观察日期”列"),
            say("Write the day of the visit, for example 2020-05-28.", "请填写走访当天的日期，如2020-05-28。"),
        ),
        notices.Notice(say("128 rows were accepted.", "已接收128行。"), level="good"),
    ]


def filter_bar(request: HttpRequest) -> filters.Bar:
    return filters.Bar(
        [
            filters.Field("q", say("Name or key", "姓名或编号"), "search"),
            filters.Field(
                "standard", say("Standard", "标准"), choices=[(key, say(en, zh)) for key, en, zh in STANDARDS]
            ),
            filters.Field(
                "outcome", say("Outcome", "结果"), choices=[(key, outcomes.word(key)) for key in outcomes.SIGNS]
            ),
            filters.Field("since", say("Observed since", "观察日期自"), "date"),
        ],
        request.GET,
    )


def table(request: HttpRequest) -> tables.Table:
    rows = [
        {
            "name": say(f"Household of W** {index}", f"王**户{index}"),
            "place": say(*PLACES[index]),
            "persons": index % 4 + 1,
            "income": Decimal("3720.50") + index * 731 if index != 3 else None,
            "share": Decimal(index) / 9,
            "seen": date(2020, 4, index + 1),
            "water": ["met", "not_met", "unknown", "not_applicable"][index % 4],
        }
        for index in range(8)
    ]
    columns = [
        tables.Column("name", say("Household", "户"), href=lambda row: "#", sort="name"),
        tables.Column("place", say("Place", "地区"), is_optional=True),
        tables.Column("persons", say("Persons", "人口"), kind="number", sort="persons"),
        tables.Column("income", say("Income per person", "人均纯收入"), kind="money", sort="income"),
        tables.Column("share", say("Share of wages", "工资性收入占比"), kind="percent", is_optional=True),
        tables.Column("water", say("Water", "饮水安全"), kind="outcome"),
        tables.Column("seen", say("Last visit", "最近走访"), kind="date", is_optional=True),
    ]
    shown = paging.Page(rows, 51, 58, 3_412, "?before=x", "?after=x")
    sort = tables.sort_term(request.GET, columns, "-income")
    return tables.Table(say("Households", "户"), columns, rows, shown, request.GET, sort, export_href="?export")


def no_households() -> empties.Empty:
    return empties.Empty(
        say("No household fits all these filters.", "没有同时符合这些条件的户。"),
        say("Remove all filters", "清除全部筛选条件"),
        "?",
    )


def sample_reasons() -> list[reasons.Node]:
    visit = say("home visit", "入户走访")
    far = reasons.Comparison(
        say("Minutes to fetch water, there and back", "取水往返时间"), 35, "integer", say("min", "分钟"), "≤", 20,
        "not_met", visit, date(2020, 5, 2), "#", say("Drinking water standard, art. 4", "饮水安全标准第4条"), "#",
    )  # fmt: skip
    clean = reasons.Comparison(
        say("Water quality", "水质"), say("qualified", "达标"), "code", "", "=", say("qualified", "达标"), "met",
        say("county water feed", "县水务数据"), date(2020, 3, 1), "#",
    )  # fmt: skip
    parts = [
        reasons.Node("met", say("The water is of good quality.", "水质达标。"), [clean]),
        reasons.Node("not_met", say("Fetching it takes at most 20 minutes.", "取水往返不超过20分钟。"), [far]),
    ]
    water = reasons.Node(
        "not_met",
        say("Water is clean, enough and near.", "饮水：水质、水量、取水方便程度均达标。"),
        children=parts,
        clause=say("National standard 2020, no. 6", "2020年国家标准第6项"),
        clause_href="#",
        expression="water_quality = 'qualified' AND water_minutes <= :water_minutes",
        mend=say("A tap or a well within ten minutes of the house.", "在住处十分钟路程内通水或打井。"),
        is_open=True,
    )
    appraisal = reasons.Comparison(say("Housing grade", "房屋等级"), None, "code", "", "∈", "A, B", "unknown")
    housing = reasons.Node(
        "unknown",
        say("The house is of grade A or B.", "住房安全等级为A级或B级。"),
        [appraisal],
        mend=say("Ask the county for an appraisal; the last is of 2017.", "请县住建部门鉴定，上次鉴定为2017年。"),
    )
    line = reasons.Comparison(
        say("Net income per person", "人均纯收入"), Decimal("3720.50"), "money", "", "≥", Decimal(4000), "not_met",
        say("derived", "推算"), date(2020, 5, 29), "#", say("Line of 2020", "2020年收入标准"), "#", is_unverified=True,
    )  # fmt: skip
    income_node = reasons.Node("not_met", say("Income is at or above the line.", "收入不低于标准。"), [line])
    return [water, housing, income_node, reasons.Node("met", say("Enough to eat.", "不愁吃。"))]


def matrix() -> heat.Matrix:
    rows = [
        heat.Row(
            say(*place),
            [
                heat.Cell((row * 37 + column * 53) % 211 if column else 0, "#", (row * 7 + column) % 13, "#")
                for column in range(7)
            ],
            "#",
        )
        for row, place in enumerate(PLACES)
    ]
    heads = [say(english, chinese) for _, english, chinese in STANDARDS]
    total = heat.Row(
        say("All", "合计"), [heat.Cell(sum(row.cells[index].value or 0 for row in rows), "#") for index in range(7)]
    )
    return heat.Matrix(
        say("Households by place and standard", "各地各项标准的户数"),
        heads,
        rows,
        say("Place", "地区"),
        total=total,
        unit=say("households", "户"),
    )


def place_map() -> maps.Map:
    shapes = [
        maps.Shape(
            str(index),
            say(*place),
            _hexagon(index % 3 * 100 + index // 3 % 2 * 50, index // 3 * 87),
            value,
            "#",
            index in (2, 4),
        )
        for index, (place, value) in enumerate(zip(PLACES, (0, 12, 40, 55, 71, 120, 260, None, 1310), strict=True))
    ]
    return maps.Map(
        say("Remaining poor by county", "各县未脱贫人口"),
        say("persons", "人"),
        shapes,
        (-50, -58, 350, 290),
        say("Yunfeng has more than all the others together.", "云峰区多于其他各地之和。"),
        [maps.RolledUp(say("Lake development zone", "湖滨开发区"), 7, "#", say(*PLACES[4]))],
        say("designated county", "贫困县"),
    )


def _hexagon(x: int, y: int) -> str:
    corners = [(0, -58), (50, -29), (50, 29), (0, 58), (-50, 29), (-50, -29)]
    return "M" + "L".join(f"{x + dx},{y + dy}" for dx, dy in corners) + "Z"


def income(unit: str) -> charts.Chart:
    years = (2016, 2017, 2018, 2019, 2020)
    return charts.income_over_years(
        "income",
        years=years,
        components=[
            charts.Component(say("Wages", "工资性收入"), [800, 900, 1600, 1900, 1200]),
            charts.Component(say("Farming", "经营性收入"), [1900, 2100, 1800, 2600, 2300]),
            charts.Component(say("Property", "财产性收入"), [0, 0, 120, 150, None]),
            charts.Component(say("Pension and allowances", "转移性收入"), [700, 860, 1240, 1500, Decimal("1820.50")]),
            charts.Component(say("Costs of farming", "经营性支出"), [-900, -1100, -980, -1250, -1600], is_cost=True),
        ],
        line=[2950, 3100, 3300, 3600, 4000],
        line_label=say("Poverty line of the year", "当年收入标准"),
        net=[2500, 2760, 3780, 4900, Decimal("3720.50")],
        net_label=say("Net income", "纯收入"),
        label=say("Income per person by source", "人均收入构成"),
        sentence=say(
            "In 2020 net income fell below the line again, by 280 yuan.", "2020年人均纯收入再次低于标准，差280元。"
        ),
        money_unit=unit,
    )


def incidence() -> charts.Chart:
    counts = ((2015, 490, 10_000), (2016, 310, 10_000), (2017, 220, 10_000), (2018, 110, 10_000), (2019, 7, 10_000))
    return charts.series(
        "incidence",
        points=[
            charts.Point(date(year, 12, 31), Decimal(part) / whole, part, whole, year != 2017, say("yearbook", "年鉴"))
            for year, part, whole in counts
        ],
        label=say("Incidence of poverty", "贫困发生率"),
        sentence=say(
            "The rate fell from 4.9 % in 2015 to 0.07 % in 2019.", "贫困发生率由2015年的4.9%降至2019年的0.07%。"
        ),
        counted=say("poor persons", "贫困人口"),
        among=say("rural persons", "农村人口"),
    )


def sample_steps() -> list[steps.Step]:
    return [
        steps.Step(say("Village meeting", "村民评议"), "done", say("village committee", "村委会"), date(2020, 3, 2)),
        steps.Step(
            say("Public notice, 7 days", "公示7天"), "done", say("village committee", "村委会"), date(2020, 3, 10)
        ),
        steps.Step(say("Township review", "乡镇审核"), "now", say("township desk", "乡镇扶贫办"), date(2020, 6, 1)),
        steps.Step(say("County check", "县级核查"), "late", say("county desk", "县扶贫办"), date(2020, 5, 20)),
        steps.Step(say("Decision", "批准"), "todo"),
    ]


def sample_facts() -> list[facts.Fact]:
    visit = say("home visit", "入户走访")
    return [
        facts.Fact(
            say("Minutes to fetch water", "取水时间"), 35, "integer", say("min", "分钟"), visit, date(2020, 5, 2), "W. Li", "#",
            note=say("disputed", "有争议"),
        ),
        facts.Fact(say("Wages last year", "上年工资性收入"), Decimal(18_000), "money", "", visit, date(2020, 5, 2), href="#"),
        facts.Fact(say("On the minimum allowance", "享受低保"), True, "boolean", "", say("civil affairs feed", "民政数据"), date(2020, 5, 1)),
        facts.Fact(say("Housing grade", "房屋等级"), None, "code", note=say("last appraisal 2017", "上次鉴定2017年")),
    ]  # fmt: skip
