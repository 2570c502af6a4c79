"""diguan people: add the first administrator, who adds everybody else on the pages."""

from __future__ import annotations

import click

from diguan.cli.installation import opened
from diguan.cli.language import chosen, translator
from diguan.rulebook.problems import N_


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
