"""Who walks: everybody who may be there, and everybody who may be there no longer, not yet, or not wholly.

What each role allows stands here a second time, on purpose: what somebody may see is worked out from this table, and not
from the code that is being tried.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from diguan.access.permissions import PERMISSIONS
from diguan.access.roles import Role

_FIELD = {"board.read", "households.read", "names.read", "policy.read", "linkage.read"}
_LINKAGE = {"linkage.decide", "rolls.send"}
_EXPORTS = {"exports.request", "exports.approve"}
_WHAT_IFS = {"what_if.read", "what_if.make"}
HELD: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "village_worker": frozenset({*_FIELD, "registry.write"}),
        "township_officer": frozenset({*_FIELD, "registry.write", "identifiers.reveal", "linkage.decide", "exports.request"}),
        "county_officer": frozenset(
            {*_FIELD, "registry.write", "identifiers.reveal", "subject.access", *_LINKAGE, *_EXPORTS, "what_if.read"}
        ),
        "prefecture_officer": frozenset({*_FIELD, *_LINKAGE, *_EXPORTS, *_WHAT_IFS}),
        "provincial_commander": frozenset({*_FIELD, "screening.run", *_LINKAGE, *_EXPORTS, *_WHAT_IFS}),
        "analyst": frozenset({"board.read", "policy.read", "screening.run", *_WHAT_IFS}),
        "auditor": frozenset({*_FIELD, "journal.read", "exports.request", "what_if.read"}),
        "administrator": frozenset({"people.manage"}),
    }
)  # fmt: skip
# Roles that the house does not have, for what its own never keep apart: rows without names, one permission by itself.
MASKED = frozenset(
    {"board.read", "households.read", "registry.write", "subject.access", "identifiers.reveal", "exports.request",
     "linkage.read"}
)  # fmt: skip
SINGLE = {f"only {permission}": frozenset({permission}) for permission in PERMISSIONS}
EXTRA: Mapping[str, frozenset[str]] = {"masked": MASKED, **SINGLE}
EXTRA_ROLES = {name: Role(name, name, allows) for name, allows in EXTRA.items()}

P1, F1, C1, T1, V1 = "11", "1101", "110101", "110101001", "110101001201"
V2, T2, V3 = "110101001202", "110101002", "110101002201"
C2, T3, V4 = "110102", "110102001", "110102001201"
F2, C3, T4, V5 = "1102", "110201", "110201001", "110201001201"
P2, F3, C4, T5, V6 = "12", "1201", "120101", "120101001", "120101001201"
PLACES = (
    (P1, "province", ""), (F1, "prefecture", P1), (C1, "county", F1), (T1, "township", C1), (V1, "village", T1),
    (V2, "village", T1), (T2, "township", C1), (V3, "village", T2), (C2, "county", F1), (T3, "township", C2),
    (V4, "village", T3), (F2, "prefecture", P1), (C3, "county", F2), (T4, "township", C3), (V5, "village", T4),
    (P2, "province", ""), (F3, "prefecture", P2), (C4, "county", F3), (T5, "township", C4), (V6, "village", T5),
)  # fmt: skip


def span(code: str) -> tuple[int, int]:
    """The numbers of a place and all below it, by the code alone."""
    unit = 10 ** (12 - len(code))
    return int(code) * unit, (int(code) + 1) * unit


@dataclass(frozen=True)
class Granted:
    role: str
    place: str
    when: str = "now"  # or: past, future, ended

    def holds(self, permission: str) -> bool:
        return self.when == "now" and permission in {**HELD, **EXTRA}[self.role]


@dataclass(frozen=True)
class Persona:
    """Somebody, and what they hold. `is_in` unless their account was closed; `proven` unless they hide their factor."""

    username: str
    grants: tuple[Granted, ...] = ()
    is_active: bool = True
    is_proven: bool = True
    is_signed_in: bool = True
    spans: dict[str, list[tuple[int, int]]] = field(default_factory=dict, compare=False)

    def where(self, permission: str) -> list[tuple[int, int]]:
        """The numbers in which this permission holds for them."""
        if permission not in self.spans:
            held = [span(grant.place) for grant in self.grants if self.is_there and grant.holds(permission)]
            self.spans[permission] = _joined(held)
        return self.spans[permission]

    def may(self, permission: str, number: int) -> bool:
        return any(low <= number < high for low, high in self.where(permission))

    def may_all(self, permission: str, low: int, high: int) -> bool:
        return any(start <= low and high <= end for start, end in self.where(permission))

    @property
    def is_there(self) -> bool:
        """Whether they are signed in, as far as the server is concerned."""
        return self.is_active and self.is_signed_in and (self.is_proven or not self._reaches_high)

    @property
    def acts(self) -> bool:
        """Whether they can be handed to an action as who acts. Whether they have shown a factor, only a session knows."""
        return self.is_signed_in and self.is_proven

    @property
    def _reaches_high(self) -> bool:
        return any(len(grant.place) <= 6 for grant in self.grants if grant.when == "now")

    def __str__(self) -> str:
        return self.username


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return found


def _of(username: str, *grants: tuple[str, ...], **more: bool) -> Persona:
    return Persona(username, tuple(Granted(*grant) for grant in grants), **more)


PERSONAS = (
    _of("village-v1", ("village_worker", V1)),
    _of("township-t1", ("township_officer", T1)),
    _of("county-c1", ("county_officer", C1)),
    _of("prefecture-f1", ("prefecture_officer", F1)),
    _of("commander-p1", ("provincial_commander", P1)),
    _of("analyst-c1", ("analyst", C1)),
    _of("auditor-c1", ("auditor", C1)),
    _of("auditor-all", ("auditor", P1), ("auditor", P2)),
    _of("administrator-c1", ("administrator", C1)),
    _of("two-places", ("township_officer", T1), ("village_worker", V6)),
    _of("masked-c1", ("masked", C1)),
    _of("splinter", ("only board.read", F1), ("only households.read", C1), ("only names.read", V1), ("only names.read", V2),
        ("only names.read", V6), ("only registry.write", T1), ("only identifiers.reveal", V2), ("only subject.access", T2),
        ("only exports.request", T1), ("only exports.request", V4), ("only linkage.read", V1), ("only linkage.decide", T1),
        ("only rolls.send", C1), ("only exports.approve", T2), ("only journal.read", V1), ("only journal.read", V4),
        ("only what_if.read", F1)),
    _of("expired", ("county_officer", C1, "past")),
    _of("not-yet", ("county_officer", C1, "future")),
    _of("revoked", ("county_officer", C1, "ended")),
    _of("closed", ("county_officer", C1), is_active=False),
    _of("unproven", ("county_officer", C1), is_proven=False),
    _of("reduced", ("county_officer", T1), ("county_officer", T5, "ended")),
    _of("stranger"),
    _of("nobody", is_signed_in=False),
)  # fmt: skip
# Whom the others may look for: they hold roles here and there, and walk nowhere.
OTHERS = (
    _of("worker-v3", ("village_worker", V3)),
    _of("worker-v6", ("village_worker", V6)),
    _of("county-c4", ("county_officer", C4)),
    _of("administrator-p2", ("administrator", P2)),
    _of("closed-v6", ("village_worker", V6), is_active=False),
)
