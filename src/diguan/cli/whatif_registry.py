"""diguan whatif over screenings of this installation: kept, with a page."""

import sys
from decimal import Decimal

import click

from diguan.cli.installation import opened
from diguan.cli.language import translator
from diguan.cli.whatif_shown import STEPS, print_tried
from diguan.engine.proposal import Proposal, prepare_only
from diguan.rulebook.problems import N_


def try_registry(numbers: list[int], wanted: Proposal, instead: str, name: str, language: str) -> None:
    """Try over screenings, the first of which is printed; what is not possible at once is told at once.

    Raises: what_if.ValuesRefused; rulebook.RulesRefused; rulebook.PackProblems.
    """
    say = translator(language)
    with opened(language):
        from dataclasses import replace

        from django.urls import reverse
        from django.utils import timezone

        from diguan.planning import actions, queries, words, working
        from diguan.screening import comparing, packs
        from diguan.screening.models import Screening

        found = Screening.objects.in_bulk(numbers)
        for number in numbers:
            if number not in found:
                _end(say(N_("There is no screening {number}.")).format(number=number))
        if instead and instead not in packs.folders():
            _end(
                say(N_("This installation has no pack {pack}; lay its folder into “packs” of the data folder.")).format(
                    pack=instead
                )
            )
        before = comparing.side(found[numbers[0]])
        prepare_only(replace(wanted, instead=packs.pack(instead) if instead else None), before.rules)
        made = actions.propose_what_if(
            name=name, note="", screenings=[found[number] for number in numbers], values=wanted.values,
            pack_id=instead, numbers_of=wanted.numbers_of, near=wanted.near * Decimal(100), groups=wanted.groups,
            by=None, at=timezone.now(),
        )  # fmt: skip
        try:
            actions.work_out(
                found=made,
                by=None,
                at=timezone.now(),
                progress=lambda step: click.echo(f"… {say(STEPS[step])}", err=True),
            )
        except working.TrialRefused as refused:
            actions.fail_what_if(found=made, problem=refused.problem, by=None, at=timezone.now())
            _end(words.problem(refused.problem))
        print_tried(before.rules, queries.folder(made.trials.get(number=0)), language)
        click.echo(say(N_("Kept as number {number}, with the page {page}.")).format(
            number=made.pk, page=reverse("what-if", args=[made.pk])
        ))  # fmt: skip


def _end(said: str) -> None:
    click.echo(said, err=True)
    sys.exit(1)
