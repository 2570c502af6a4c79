"""A pack as a document that an official can read, in Markdown."""

from collections.abc import Iterator

from diguan.rulebook import pack as parts
from diguan.rulebook.problems import N_
from diguan.rulebook.reading import TRIAL
from diguan.rulebook.texts import Text
from diguan.rulebook.words import Words

Lines = Iterator[str]


def markdown(pack: parts.Pack, words: Words) -> str:
    """The whole pack: what it is, its standards and cohorts in words, parameters by date with sources, dictionary."""
    sections = (
        _head,
        _standards,
        _cohorts,
        _checks,
        _parameters,
        _derived,
        _campaigns,
        _series,
        _designations,
        _dictionary,
        _documents,
    )
    return "\n".join(line for section in sections for line in section(pack, words)) + "\n"


def source_line(source: parts.Source, words: Words) -> str:
    """Document, number, clause and note of a source in one line; empty when nothing is given."""
    document = source.document
    named = (
        ""
        if document is None
        else document.title.in_language(words.language) + (f" ({document.number})" if document.number else "")
    )
    clause = source.clause.in_language(words.language)
    note = source.note.in_language(words.language)
    return "; ".join(part for part in (", ".join(part for part in (named, clause) if part), note) if part)


def _mark(verified: bool, words: Words) -> str:
    return "" if verified else " **" + words.say(N_("not verified")) + "**"


def _head(pack: parts.Pack, words: Words) -> Lines:
    language = words.language
    yield f"# {pack.title.in_language(language)}"
    yield ""
    yield f"`{pack.id}` {pack.version} · {words.say(STATUS[pack.status])} · {pack.starts} – {pack.ends or '…'} · {pack.authority.in_language(language)}"
    if pack.extends:
        yield ""
        yield words.say(N_("Rests on: {packs}."), packs=", ".join(pack.extends))
    if pack.summary:
        yield ""
        yield pack.summary.in_language(language)
    unverified = sorted(
        p.name for p in pack.parameters.values() if not p.verified or not all(v.verified for v in p.values)
    )
    if unverified:
        yield ""
        yield words.say(
            N_("Not verified, to be checked before anyone relies on it: {names}."),
            names=", ".join(words.label(n) for n in unverified),
        )


STATUS = {
    "draft": N_("draft"), "in_force": N_("in force"), "withdrawn": N_("withdrawn"), TRIAL: N_("tried out, in force nowhere"),
}  # fmt: skip


def _titled(title: str, words: Words) -> Lines:
    yield ""
    yield f"## {words.say(title)}"


def _standards(pack: parts.Pack, words: Words) -> Lines:
    if pack.standards:
        yield from _titled(N_("Standards"), words)
    for standard in pack.standards.values():
        yield ""
        yield f"### {standard.label.in_language(words.language)} (`{standard.name}`){_mark(standard.verified, words)}"
        yield from _texts(standard.text, standard.note, words)
        if standard.applies_when is not None:
            yield f"- {words.say(N_('Applies where'))}: {words.of(standard.applies_when.tree)}"
        yield f"- {words.say(N_('Met where'))}: {words.of(standard.met_when.tree)}"
        yield f"- {words.say(N_('Expression'))}: `{' '.join(standard.met_when.text.split())}`"
        yield f"- {words.say(N_('Source'))}: {source_line(standard.source, words)}"


def _texts(text: Text, note: Text, words: Words) -> Lines:
    for part in (text, note):
        if part:
            yield ""
            yield part.in_language(words.language)
    yield ""


def _cohorts(pack: parts.Pack, words: Words) -> Lines:
    if pack.cohorts:
        yield from _titled(N_("Cohorts, in order; a household belongs to the first that is true"), words)
    for cohort in pack.cohorts.values():
        yield ""
        yield f"### {cohort.label.in_language(words.language)} (`{cohort.name}`)"
        yield from _texts(cohort.text, Text(), words)
        yield f"- {words.say(N_('Member where'))}: {words.of(cohort.member_when.tree)}"
        yield f"- {words.say(N_('Expression'))}: `{' '.join(cohort.member_when.text.split())}`"
        yield f"- {words.say(N_('Source'))}: {source_line(cohort.source, words)}"


SEVERITIES = {"error": N_("error"), "warning": N_("warning"), "notice": N_("notice")}


def _checks(pack: parts.Pack, words: Words) -> Lines:
    if pack.checks:
        yield from _titled(N_("Data checks"), words)
    for check in pack.checks.values():
        yield ""
        yield f"### {check.label.in_language(words.language)} (`{check.name}`){_mark(check.verified, words)}"
        yield from _texts(check.text, Text(), words)
        yield f"- {words.say(N_('Severity'))}: {words.say(SEVERITIES[check.severity])}"
        yield f"- {words.say(N_('Raised where'))}: {words.of(check.fault_when.tree)}"
        yield f"- {words.say(N_('Expression'))}: `{' '.join(check.fault_when.text.split())}`"
        yield f"- {words.say(N_('Mended by'))}: {pack.roles[check.mended_by].in_language(words.language)}"
        if check.how:
            yield f"- {words.say(N_('How'))}: {check.how.in_language(words.language)}"
        yield f"- {words.say(N_('Source'))}: {source_line(check.source, words)}"


def _parameters(pack: parts.Pack, words: Words) -> Lines:
    if pack.parameters:
        yield from _titled(N_("Parameters"), words)
    for parameter in pack.parameters.values():
        yield ""
        yield f"### {parameter.label.in_language(words.language)} (`:{parameter.name}`, {words.unit(parameter.unit) or parameter.type})"
        yield ""
        if parameter.computed is not None:
            label = words.say(N_("Computed over all households"))
            yield f"- {label}: `{' '.join(parameter.computed.text.split())}`{_mark(parameter.verified, words)}"
            yield f"- {words.say(N_('Source'))}: {source_line(parameter.source, words)}"
            continue
        yield "| " + " | ".join(words.say(t) for t in (N_("From"), N_("To"), N_("Value"), N_("Source"))) + " |"
        yield "|---|---|---:|---|"
        for value in parameter.values:
            shown = words.value(value.value, parameter.name, unit="")
            yield f"| {value.starts} | {value.ends or '…'} | {shown}{_tried(value, words)}{_mark(value.verified, words)} | {source_line(value.source, words)} |"


def _tried(value: parts.DatedValue, words: Words) -> str:
    """That a value is only tried, and what the source gives."""
    if value.instead_of is None:
        return ""
    return words.say(N_(" (tried instead of {value})"), value=words.value(value.instead_of, unit=""))


def _derived(pack: parts.Pack, words: Words) -> Lines:
    if not pack.derived:
        return
    yield from _titled(N_("Derived variables"), words)
    yield ""
    for derived in pack.derived.values():
        yield f"- **{derived.label.in_language(words.language)}** (`{derived.name}`): {words.of(derived.formula.tree)}"


def _campaigns(pack: parts.Pack, words: Words) -> Lines:
    if pack.campaigns:
        yield from _titled(N_("Campaigns"), words)
    for campaign in pack.campaigns.values():
        yield ""
        deadline = words.say(N_("until {date}"), date=campaign.deadline.isoformat())
        yield f"**{campaign.label.in_language(words.language)}**, {deadline}. {campaign.goal.in_language(words.language)}"
        for name, count in campaign.baseline_persons.items():
            yield f"- {words.label(name)}: {words.value(count, unit='persons')} ({campaign.baseline_on}){_mark(campaign.verified, words)}"


def _series(pack: parts.Pack, words: Words) -> Lines:
    for series in pack.series.values():
        yield ""
        yield f"## {series.label.in_language(words.language)}"
        yield ""
        yield (
            "| "
            + " | ".join(
                words.say(t)
                for t in (N_("Date"), N_("Numerator"), N_("Denominator"), N_("Rate"), N_("As printed"), N_("Source"))
            )
            + " |"
        )
        yield "|---|---:|---:|---:|---:|---|"
        for point in series.points:
            numbers = f"{point.numerator:,f} | {point.denominator:,f} | {point.rate * 100:.3f} % | {point.printed}{_mark(point.verified, words)}"
            yield f"| {point.as_of} | {numbers} | {source_line(point.source, words)} |"


def _designations(pack: parts.Pack, words: Words) -> Lines:
    for designation in pack.designations.values():
        yield ""
        yield f"## {designation.label.in_language(words.language)}"
        yield ""
        for place in designation.places:
            yield f"- {place.name} ({place.code}){_mark(place.verified, words)}"


def _dictionary(pack: parts.Pack, words: Words) -> Lines:
    yield from _titled(N_("Dictionary"), words)
    yield ""
    yield (
        "| "
        + " | ".join(words.say(t) for t in (N_("Variable"), N_("Of"), N_("Type"), N_("Meaning"), N_("Codes")))
        + " |"
    )
    yield "|---|---|---|---|---|"
    for variable in pack.variables.values():
        codes = "; ".join(f"{code} {label.in_language(words.language)}" for code, label in variable.codes.items())
        unit = f" ({words.unit(variable.unit)})" if variable.unit else ""
        entity = words.say(N_("household")) if variable.entity == "household" else words.say(N_("person"))
        yield f"| `{variable.name}` | {entity} | {variable.type}{unit} | {variable.label.in_language(words.language)} | {codes} |"


def _documents(pack: parts.Pack, words: Words) -> Lines:
    if pack.documents:
        yield from _titled(N_("Documents"), words)
        yield ""
    for document in pack.documents.values():
        details = ", ".join(
            part
            for part in (document.issuer.in_language(words.language), document.number, document.date, document.url)
            if part
        )
        yield f"- `{document.id}` {document.title.in_language(words.language)} — {details}"
