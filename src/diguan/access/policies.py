"""Who may give and take roles. Pure: rows in, a decision out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext as _

from diguan.access import permissions, roles, scope
from diguan.access.decision import ALLOWED, Decision, refused
from diguan.access.models import Grant, User
from diguan.access.rights import Rights


def may_grant(wanted: Grant, *, by: User | None, rights: Rights, held: Sequence[Grant]) -> Decision:
    """Whether `by` may make this grant; `held` are the person's live grants. None, the system, manages everywhere."""
    if by is not None:
        if by.pk == wanted.user_id:
            return refused(_("Nobody grants a role to themselves: ask another administrator."))
        if not rights.scope(permissions.PEOPLE_MANAGE).covers(wanted.place_number, wanted.place_upper):
            return refused(_("You may grant roles only for the places you administer."))
    overlapping = [grant for grant in held if _overlap(grant, wanted.starts_on, wanted.ends_on)]
    if not roles.are_compatible({grant.role for grant in overlapping} | {wanted.role}):
        return refused(_("One person can't both manage people and read households: end the other role first."))
    if any(_includes(grant, wanted) for grant in overlapping):
        return refused(_("The person already holds this role there in that time."))
    if len(overlapping) >= scope.MAX_RANGES:
        return refused(
            _("The person already holds %(count)d roles: end some, or grant a higher place instead.")
            % {"count": len(overlapping)}
        )
    return ALLOWED


def may_end(grant: Grant, *, by: User | None, rights: Rights) -> Decision:
    """Whether `by` may end this grant."""
    if grant.ended_at is not None:
        return refused(_("This grant has already been ended."))
    if by is None:
        return ALLOWED
    if by.pk == grant.user_id:
        return refused(_("Nobody ends their own grant: ask another administrator."))
    if not rights.scope(permissions.PEOPLE_MANAGE).covers(grant.place_number, grant.place_upper):
        return refused(_("You may end roles only for the places you administer."))
    return ALLOWED


def may_create_user(*, by: User | None, rights: Rights) -> Decision:
    """Whether `by` may add a user, who then holds nothing until a role is granted."""
    if by is None or rights.may(permissions.PEOPLE_MANAGE):
        return ALLOWED
    return refused(_("Only an administrator adds users."))


def may_administer(user: User, *, by: User | None, rights: Rights, held: Sequence[Grant]) -> Decision:
    """Whether `by` may act on this user: lock, unlock, reset; `held` are the user's live grants.

    Only who administers every place where the user holds a role, so that nobody reaches upwards by a reset.
    """
    if by is None:
        return ALLOWED
    if by.pk == user.pk:
        return refused(_("Nobody does this to themselves: ask another administrator."))
    administered = rights.scope(permissions.PEOPLE_MANAGE)
    if administered.is_empty or not all(administered.covers(each.place_number, each.place_upper) for each in held):
        return refused(_("Only an administrator of all places where the person holds a role may do this."))
    return ALLOWED


def may_change_factor(by: User) -> Decision:
    """Whether somebody may take up or renew a second factor of their own."""
    if not by.is_active:
        return refused(_("This account is deactivated, so its second factor stays as it is."))
    return ALLOWED


def may_remove_factor(by: User, *, is_demanded: bool) -> Decision:
    """Whether somebody may do without a second factor from now on."""
    if not (changing := may_change_factor(by)):
        return changing
    if is_demanded:
        return refused(_("Your roles demand a second factor. It can be renewed, not removed."))
    return ALLOWED


def _overlap(grant: Grant, starts_on: dt.date, ends_on: dt.date | None) -> bool:
    begins_in_time = ends_on is None or grant.starts_on <= ends_on
    lasts_long_enough = grant.ends_on is None or grant.ends_on >= starts_on
    return begins_in_time and lasts_long_enough


def _includes(grant: Grant, wanted: Grant) -> bool:
    same_role_around = (
        grant.role == wanted.role
        and grant.place_number <= wanted.place_number
        and wanted.place_upper <= grant.place_upper
    )
    starts_before = grant.starts_on <= wanted.starts_on
    lasts = grant.ends_on is None or (wanted.ends_on is not None and wanted.ends_on <= grant.ends_on)
    return same_role_around and starts_before and lasts
