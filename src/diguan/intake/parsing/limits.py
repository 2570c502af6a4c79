"""What a file may cost. Every limit is far above an honest file of a county and far below what would hurt the machine.

The process that reads a file loads nothing else of the house: it starts for every file that is sent.
"""

from collections.abc import Callable

MEMORY = 256 << 20  # address space of the process that reads
SECONDS = 300  # of processor time, whatever the file
SECONDS_PER_MB = 3  # a small file that takes long is no honest one
LEAST_SECONDS = 20

ENTRIES = 2_000  # parts of a workbook
INFLATED = 1 << 30  # bytes of all parts, as really unpacked
RATIO = 200  # unpacked to packed, once a part is larger than RATIO_FROM
RATIO_FROM = 8 << 20
SHARED_TEXT = 48 << 20  # characters of a workbook's shared texts

SHEETS = 50
ROWS = 3_000_000
COLUMNS = 600
LINE = 2_000_000  # characters of one line of text
CELL = 100_000  # characters of one cell of text
CELL_OF_SHEET = 32_767  # what a spreadsheet program takes


def N_(template: str) -> str:  # noqa: N802 - gettext's own name for a marked text
    """Mark a template for translation; translated where it is shown."""
    return template


class FileRefused(Exception):
    """A file that cannot be read as tables of households and people; the message says why and what to do.

    `template` and `values` as in rulebook.problems; a value called `mend` is a sentence of its own, translated with the rest.
    """

    def __init__(self, template: str, **values: object) -> None:
        self.template, self.values = template, values
        super().__init__(self.message())

    def message(self, translate: Callable[[str], str] = str) -> str:
        values = {name: translate(str(value)) if name == "mend" else value for name, value in self.values.items()}
        return translate(self.template).format_map(values)


def seconds(size: int) -> int:
    """Processor time for a file of so many bytes."""
    return min(SECONDS, LEAST_SECONDS + SECONDS_PER_MB * (size >> 20))
