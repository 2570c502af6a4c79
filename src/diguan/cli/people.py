"""diguan people: add the first administrator, who adds everybody else on the pages, and let people in or not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from diguan.cli.installation import opened
from diguan.cli.language import chosen, translator
from diguan.rulebook.problems import N_

if TYPE_CHECKING:
    from diguan.access.models import User


@click.group(help=N_("Add users and grant roles from the machine itself; on the pages, an administrator does it."))
def cli() -> None:
    pass


@cli.command(help=N_("Add a user, and grant a role for a place if one is named. The password is asked for."))
@click.argument("username")
@click.option("--name", required=True, help=N_("The person's name."))
@click.option("--role", help=N_("For example administrator; see diguan people roles."))
@click.option("--place", "code", help=N_("Code of the place the role is for."))
@click.password_option(help=N_("Asked for if not given."))
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def add(username: str, name: str, role: str | None, code: str | None, password: str, lang: str | None) -> None:
    if (role is None) != (code is None):
        raise click.UsageError(translator(chosen(lang))(N_("--role and --place go together.")))
    with opened(lang):
        from django.core.exceptions import ValidationError
        from django.db import transaction
        from django.utils import timezone
        from django.utils.translation import gettext as _

        from diguan.access import actions
        from diguan.access.roles import RoleUnknown
        from diguan.places import queries

        now, today = timezone.now(), timezone.localdate()
        try:
            with transaction.atomic():
                user = actions.create_user(username=username, name=name, password=password, by=None, at=now)
                if role is not None and code is not None:
                    place = queries.by_code(code)
                    actions.grant_role(user=user, role=role, place=place, starts_on=today, by=None, at=now)
        except ValidationError as error:
            raise click.ClickException(" ".join(error.messages)) from None
        except (actions.UsernameTaken, actions.NotAllowed, RoleUnknown, queries.PlaceUnknown) as error:
            raise click.ClickException(str(error)) from None
        click.echo(_("%(name)s was added.") % {"name": user})


@cli.command(help=N_("List the roles and what each allows."))
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def roles(lang: str | None) -> None:
    with opened(lang):
        from diguan.access import roles as table

        for role in table.ROLES.values():
            click.echo(f"{role.id}  {role.label}: {', '.join(sorted(role.allows))}")


@cli.command("list", help=N_("List everybody who was added, with their roles."))
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def listed(lang: str | None) -> None:
    with opened(lang):
        from django.utils import timezone
        from django.utils.translation import gettext as _

        from diguan.access import queries

        today = timezone.localdate()
        for user in queries.users():
            held = ", ".join(f"{each.role} {each.place_code}" for each in queries.live_grants(user, today))
            marks = [] if user.is_active else [_("may not sign in")]
            marks += [_("second factor")] if queries.has_factor(user) else []
            click.echo("  ".join([user.username, user.name, held or _("No role yet"), *marks]))


@cli.command(help=N_("Take all access from somebody who leaves; they are signed out at once."))
@click.argument("username")
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def deactivate(username: str, lang: str | None) -> None:
    with _somebody(username, lang) as (user, now):
        from diguan.access import actions

        actions.deactivate(user=user, by=None, at=now)
        _tell(user, N_("%(name)s can no longer sign in and was signed out."))


@cli.command(help=N_("Let somebody sign in again who was deactivated."))
@click.argument("username")
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def reactivate(username: str, lang: str | None) -> None:
    with _somebody(username, lang) as (user, now):
        from diguan.access import actions

        actions.reactivate(user=user, by=None, at=now)
        _tell(user, N_("%(name)s can sign in again."))


@cli.command(help=N_("Let somebody try again whose signing in pauses after wrong tries."))
@click.argument("username")
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def unlock(username: str, lang: str | None) -> None:
    with _somebody(username, lang) as (user, now):
        from diguan.access import actions

        actions.unlock(user=user, by=None, at=now)
        _tell(user, N_("%(name)s can try to sign in again."))


@cli.command("reset-factor", help=N_("Take a lost second factor away; they take up another when they sign in next."))
@click.argument("username")
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def reset_factor(username: str, lang: str | None) -> None:
    with _somebody(username, lang) as (user, now):
        from diguan.access import actions

        actions.reset_factor(user=user, by=None, at=now)
        told = N_("The second factor of %(name)s was taken away. They take up another when they sign in next.")
        _tell(user, told)


@cli.command("reset-password", help=N_("Give somebody another password; it is asked for."))
@click.argument("username")
@click.password_option(help=N_("Asked for if not given."))
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def reset_password(username: str, password: str, lang: str | None) -> None:
    with _somebody(username, lang) as (user, now):
        from django.core.exceptions import ValidationError

        from diguan.access import actions

        try:
            actions.set_password(user=user, password=password, by=None, at=now)
        except ValidationError as error:
            raise click.ClickException(" ".join(error.messages)) from None
        _tell(user, N_("%(name)s has a new password and was signed out everywhere."))


@contextmanager
def _somebody(username: str, lang: str | None) -> Iterator[tuple[User, dt.datetime]]:
    """Open the installation; give the user of that name, and the time."""
    with opened(lang):
        from django.utils import timezone
        from django.utils.translation import gettext as _

        from diguan.access import queries

        try:
            user = queries.user(username)
        except queries.UserUnknown:
            raise click.ClickException(_("Nobody has the user name “%(username)s”.") % {"username": username}) from None
        yield user, timezone.now()


def _tell(user: User, text: str) -> None:
    from django.utils.translation import gettext

    click.echo(gettext(text) % {"name": user})
