"""What a file is, by its content and not by its name, and whether it can be unpacked without harm.

A workbook is unpacked once, a piece at a time and into nothing, before anything of it is parsed: what counts are the bytes
that really come out, not the sizes that its directory claims.
"""

import re
import stat
import zipfile
import zlib
from pathlib import Path

from diguan.intake.parsing import limits
from diguan.intake.parsing.limits import N_, FileRefused

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PIECE = 1 << 18
_DOCTYPES = tuple(
    word.encode(code) for word in ("<!DOCTYPE", "<!ENTITY") for code in ("utf-8", "utf-16-le", "utf-16-be")
)
_LONGEST = max(map(len, _DOCTYPES))
_ENCODING = re.compile(rb"""^[^<]{0,4}<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_SAVE = N_("Open it in your spreadsheet program and save it as .xlsx or as “CSV UTF-8”.")


def kind_of(path: Path) -> str:
    """`xlsx` or `text`, by the file's first bytes.

    Raises: FileRefused for anything else, with what it seems to be.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    if not start:
        raise FileRefused(N_("The file is empty."))
    if start.startswith(OLD_OFFICE):
        raise _of_old_office(path)
    if start.startswith(b"PK\x03\x04"):
        return "xlsx"
    if start.startswith((b"PK\x05\x06", b"PK\x07\x08")):
        raise FileRefused(N_("The file is an empty or divided archive, not a workbook."))
    if start.startswith(b"%PDF"):
        raise FileRefused(N_("This is a PDF. Send the table it was printed from, as .xlsx or .csv."))
    if start.startswith(b"PAR1"):
        raise FileRefused(N_("This is a Parquet file. Save it as .csv or .xlsx."))
    marked = start.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").replace(b"\0", b"")
    if marked.startswith(b"<"):
        raise FileRefused(N_("This is a web page or XML, whatever its name says. {mend}"), mend=_SAVE)
    return "text"


def check_workbook(path: Path) -> None:
    """Unpack a workbook into nothing.

    Raises: FileRefused for what is broken, hidden, protected, not a workbook, or too large once unpacked.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_names(entries)
            _check_contents(archive, entries)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise FileRefused(N_("The workbook is damaged or was not sent completely. {mend}"), mend=_SAVE) from error


def _of_old_office(path: Path) -> FileRefused:
    with path.open("rb") as file:
        content = file.read(4 << 20)
    if _ENCRYPTED in content:
        return FileRefused(N_("The workbook is protected by a password. Save it without one and send it again."))
    return FileRefused(N_("This is a workbook of the old form (.xls). {mend}"), mend=_SAVE)


def _check_names(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > limits.ENTRIES:
        raise FileRefused(
            N_("The workbook has {count} parts; more than {most} are not read."),
            count=len(entries),
            most=limits.ENTRIES,
        )
    names = [entry.filename for entry in entries]
    if len(set(names)) < len(names):
        raise FileRefused(N_("Two parts of the workbook have the same name: no spreadsheet program wrote it."))
    for entry in entries:
        parts = entry.filename.replace("\\", "/").split("/")
        if ".." in parts or parts[0] == "" or ":" in parts[0] or stat.S_ISLNK(entry.external_attr >> 16):
            raise FileRefused(N_("A part of the workbook points outside it: no spreadsheet program wrote it."))
        if entry.flag_bits & 1:
            raise FileRefused(N_("The workbook is protected by a password. Save it without one and send it again."))
    _check_parts(set(names))


def _check_parts(names: set[str]) -> None:
    if "xl/vbaProject.bin" in names:
        raise FileRefused(N_("The workbook holds macros. Save it as .xlsx, without them."))
    if "xl/workbook.bin" in names or "content.xml" in names:
        raise FileRefused(N_("This is a workbook of another make (.xlsb, .ods). {mend}"), mend=_SAVE)
    if "word/document.xml" in names or "ppt/presentation.xml" in names:
        raise FileRefused(N_("This is a document or a presentation, not a workbook."))
    if "xl/workbook.xml" not in names or "[Content_Types].xml" not in names:
        raise FileRefused(N_("This is an archive, not a workbook. Take the table out of it and send that."))


def _check_contents(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    inflated = 0
    for entry in entries:
        is_xml = entry.filename.endswith((".xml", ".rels", ".vml"))
        own, tail = 0, b""
        with archive.open(entry) as part:
            while piece := part.read(_PIECE):
                if is_xml and own == 0:
                    _check_encoding(piece)
                own += len(piece)
                inflated += len(piece)
                _check_size(own, inflated, entry.compress_size)
                if is_xml:
                    _check_doctype(tail + piece)
                    tail = piece[-_LONGEST:]


def _check_size(own: int, inflated: int, packed: int) -> None:
    if inflated > limits.INFLATED or (own > limits.RATIO_FROM and own > limits.RATIO * max(packed, 1)):
        raise FileRefused(
            N_("The workbook grows out of proportion when it is unpacked; it is not read. Send it as .csv.")
        )


def _check_encoding(start: bytes) -> None:
    # A declared encoding that few programs know would hide what is looked for below.
    found = _ENCODING.match(start.replace(b"\0", b"")[:400])
    if found and found[1].lower() not in (b"utf-8", b"utf8", b"utf-16", b"us-ascii"):
        raise FileRefused(N_("A part of the workbook is in an encoding that no spreadsheet program writes."))


def _check_doctype(content: bytes) -> None:
    if any(word in content for word in _DOCTYPES):
        raise FileRefused(N_("The workbook declares a document type (DOCTYPE), which no spreadsheet program does."))
