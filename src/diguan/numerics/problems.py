"""What is refused of a sample, in words that can be translated where they are shown."""

from diguan.rulebook.problems import RulesRefused


class SampleRefused(RulesRefused):
    """A sample of which nothing can be estimated: a column missing, a number that is none, a row without stratum."""
