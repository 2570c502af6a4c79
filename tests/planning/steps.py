"""What people do with what-ifs in these tests, and what they then see."""

import re
from decimal import Decimal
from typing import Any

from tests import cast as of
from tests.cast import Cast

from diguan.planning import actions, jobs, queries
from diguan.planning.models import WhatIf
from diguan.screening.models import Screening

# Laid over the small pack: what it calls income, and a number that decides nothing.
PACK = {
    "pack.yaml": "income: {components: [earned], costs: [], per_person: earned, line: line}\n",
    "derived.yaml": "derived:\n  earned: {entity: household, type: money, unit: yuan, label: Earned a head, formula: 'safe_div(income, count_members())'}\n",
    "parameters.yaml": "    min: 0\n  shown: {type: integer, label: Only shown, values: [{from: 2020-01-01, value: 3, source: {document: rules}}]}\n",
}


def ask(cast: Cast, *screenings: Screening, by: str = "feng", pack_id: str = "", **values: str) -> WhatIf:
    return actions.propose_what_if(
        name="Another line", note="", screenings=screenings, values=values, pack_id=pack_id, numbers_of=None,
        near=Decimal(5), groups=["has_water"], by=cast.people[by], at=of.NOW,
    )  # fmt: skip


def try_it(found: WhatIf) -> WhatIf:
    """Work it out as a server does."""
    assert jobs.work_off() >= 1
    found = queries.what_if(found.pk)
    assert found.stage in (WhatIf.Stage.DONE, WhatIf.Stage.FAILED), found.stage
    return found


def page(cast: Cast, who: str, address: str, status: int = 200) -> str:
    answer = cast.client(who).get(address)
    assert answer.status_code == status, (address, answer.status_code)
    # A token is another on every page.
    return re.sub(r'csrfmiddlewaretoken" value="[^"]*"', "", " ".join(answer.content.decode().split()))


def sent(cast: Cast, who: str, data: dict[str, Any]) -> Any:
    return cast.client(who).post("/what-if/proposal/", {"near": "5", **data})
