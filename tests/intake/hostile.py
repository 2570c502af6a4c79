"""Files that mean harm, or are merely broken: made, named, and handed out one by one. Used by the tests and the benchmark."""

import gzip
import io
import random
import struct
import zipfile
from collections.abc import Iterator, Mapping

Named = tuple[str, str, bytes]  # what it is, the name it is sent under, its content

_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" '
    'ContentType="application/xml"/></Types>'
)
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    f'Type="{_REL}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
)
_BOOK = f'<workbook {_MAIN} xmlns:r="{_REL}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
_HEAD = ("户编号", "村", "户主", "姓名", "务工收入", "出生日期")
_XXE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
_LAUGHS = "<!DOCTYPE x [" + '<!ENTITY a0 "ha">' + "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)
) + "]>"  # fmt: skip


def files() -> Iterator[Named]:
    """All of them; large ones are made when they are asked for."""
    for family in (_archives, _damaged, _not_workbooks, _documents, _sheets, _cells, _heavy, _texts, _bytes, _values):
        yield from family()


def cell(text: str, place: str = "") -> str:
    where = f' r="{place}"' if place else ""
    return f'<c{where} t="inlineStr"><is><t>{text}</t></is></c>'


def row(*texts: str) -> str:
    return f"<row>{''.join(map(cell, texts))}</row>"


HEADING = row(*_HEAD)


def sheet(rows: str = "", before: str = "", after: str = "") -> str:
    return f"<worksheet {_MAIN}>{before}<sheetData>{HEADING}{rows}</sheetData>{after}</worksheet>"


def book(parts: Mapping[str, str | bytes | None] | None = None, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A small workbook with some parts replaced, added, or (None) left out."""
    whole: dict[str, str | bytes | None] = {
        "[Content_Types].xml": _TYPES, "xl/workbook.xml": _BOOK, "xl/_rels/workbook.xml.rels": _RELS,
        "xl/worksheets/sheet1.xml": sheet(row("1", "Liujia Village", "李", "李", "1200", "1950-03-01")), **(parts or {}),
    }  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in whole.items():
            if content is not None:
                archive.writestr(name, content)
    return out.getvalue()


def in_sheet(rows: str = "", **more: str) -> bytes:
    return book({"xl/worksheets/sheet1.xml": sheet(rows, **more)})


def _zip(entries: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def _archives() -> Iterator[Named]:
    for name in ("../../evil.xml", "/etc/evil.xml", "..\\..\\evil.xml", "C:/evil.xml", "xl/../../evil.xml"):
        yield f"path {name}", "a.xlsx", book({name: "<x/>"})
    link = zipfile.ZipInfo("xl/link.xml")
    link.external_attr = 0o120777 << 16
    out = io.BytesIO(book())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    yield "symlink", "a.xlsx", out.getvalue()
    yield "three thousand parts", "a.xlsx", book({f"xl/p{n}.xml": "<x/>" for n in range(3_000)})
    yield "nested archive", "a.xlsx", _zip({"inner.zip": book()})
    yield (
        "password flag",
        "a.xlsx",
        book().replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00"),
    )
    yield "unknown compression", "a.xlsx", book().replace(b"\x14\x00\x00\x00\x08\x00", b"\x14\x00\x00\x00\x63\x00")
    yield "stored", "a.xlsx", book(compression=zipfile.ZIP_STORED)
    yield "bzip2", "a.xlsx", book(compression=zipfile.ZIP_BZIP2)
    yield "lzma", "a.xlsx", book(compression=zipfile.ZIP_LZMA)
    yield "comment behind", "a.xlsx", book() + b"\x00" * 500
    yield "text before", "a.xlsx", b"MZ" + book()
    yield "two in one", "a.xlsx", book() + book()
    for name in ("[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"):
        yield f"without {name}", "a.xlsx", book({name: None})
        yield f"empty {name}", "a.xlsx", book({name: ""})
    lying = bytearray(book())
    at = lying.index(b"PK\x01\x02")
    lying[at + 24 : at + 28] = struct.pack("<I", 5)
    yield "sizes that lie", "a.xlsx", bytes(lying)
    yield "offset beyond the end", "a.xlsx", book()[:-6] + b"\xff\xff\xff\x7f\x00\x00"


def _damaged() -> Iterator[Named]:
    whole = book({"xl/sharedStrings.xml": f"<sst {_MAIN}><si><t>{'词' * 4000}</t></si></sst>"})
    for part in range(1, 13):
        yield f"cut at {part}/13", "a.xlsx", whole[: len(whole) * part // 13]
    for seed in range(24):
        draw = random.Random(seed)
        broken = bytearray(whole)
        for _time in range(1 + seed):
            broken[draw.randrange(4, len(broken))] = draw.randrange(256)
        yield f"flipped bytes {seed}", "a.xlsx", bytes(broken)


def _not_workbooks() -> Iterator[Named]:
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    yield "old xls", "a.xls", old
    yield "old xls called xlsx", "a.xlsx", old
    yield "encrypted", "a.xlsx", old + "EncryptedPackage".encode("utf-16-le")
    yield "macros", "a.xlsm", book({"xl/vbaProject.bin": b"\xd0\xcf"})
    yield "xlsb", "a.xlsb", book({"xl/workbook.xml": None, "xl/workbook.bin": b"x"})
    yield "ods", "a.ods", _zip({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"})
    yield "docx", "a.xlsx", _zip({"[Content_Types].xml": _TYPES, "word/document.xml": "<x/>"})
    yield "pptx", "a.xlsx", _zip({"[Content_Types].xml": _TYPES, "ppt/presentation.xml": "<x/>"})
    yield "zip of csv", "a.xlsx", _zip({"a.csv": "户编号\n1"})
    yield "empty zip", "a.xlsx", b"PK\x05\x06" + b"\0" * 18
    yield "only a signature", "a.xlsx", b"PK\x03\x04"
    yield "html called xls", "a.xls", "<html><table><tr><td>户编号</td></tr></table></html>".encode()
    yield "html with a mark", "a.xlsx", b"\xef\xbb\xbf \n<!DOCTYPE html><table/>"
    yield "xml spreadsheet of 2003", "a.xml", b"<?xml version='1.0'?><Workbook/>"
    yield "csv called xlsx", "a.xlsx", "户编号,村,户主\n1,Liujia Village,李\n".encode()
    yield "xlsx called csv", "a.csv", book()
    for name, start in {
        "pdf": b"%PDF-1.7", "parquet": b"PAR1", "png": b"\x89PNG\r\n\x1a\n", "program": b"MZ\x90\0", "elf": b"\x7fELF",
        "7z": b"7z\xbc\xaf\x27\x1c", "rar": b"Rar!\x1a\x07", "pickle": b"\x80\x04\x95", "sqlite": b"SQLite format 3\0",
    }.items():  # fmt: skip
        yield name, f"a.{name}", start + bytes(range(256)) * 20
    yield "gzip", "a.csv", gzip.compress(b"a,b\n1,2\n")
    yield "json", "a.csv", b'{"households": [{"id": 1}]}'


def _documents() -> Iterator[Named]:
    parts = {
        "xl/workbook.xml": _BOOK, "xl/worksheets/sheet1.xml": sheet(), "xl/_rels/workbook.xml.rels": _RELS,
        "xl/sharedStrings.xml": f"<sst {_MAIN}/>", "xl/styles.xml": f"<styleSheet {_MAIN}/>", "[Content_Types].xml": _TYPES,
    }  # fmt: skip
    for name, content in parts.items():
        yield f"XXE in {name}", "a.xlsx", book({name: _XXE + content})
        yield f"laughs in {name}", "a.xlsx", book({name: _LAUGHS + content})
    quadratic = f'<!DOCTYPE x [<!ENTITY a "{"A" * 50_000}">]>'
    yield "quadratic", "a.xlsx", book({"xl/worksheets/sheet1.xml": quadratic + sheet(row("&a;" * 500))})
    yield "XXE by http", "a.xlsx", book({"xl/workbook.xml": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">' + _BOOK})
    parameter = '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>'
    yield "parameter entity", "a.xlsx", book({"xl/workbook.xml": parameter + _BOOK})
    for code in ("utf-16", "utf-16-le", "utf-7", "utf-32", "cp037"):
        plain = sheet().encode("ascii", "xmlcharrefreplace").decode()
        declared = f'<?xml version="1.0" encoding="{code}"?>{_XXE}{plain}'
        yield f"doctype in {code}", "a.xlsx", book({"xl/worksheets/sheet1.xml": declared.encode(code)})
    late = f"<?xml version='1.0'?><!--{'x' * 600_000}-->{_XXE}{sheet()}"
    yield "doctype behind a long comment", "a.xlsx", book({"xl/worksheets/sheet1.xml": late})
    yield "undeclared entity", "a.xlsx", in_sheet(row("&boom;"))
    yield "deep", "a.xlsx", book({"xl/worksheets/sheet1.xml": "<a>" * 200_000})
    yield "deep and closed", "a.xlsx", book({"xl/worksheets/sheet1.xml": "<a>" * 5_000 + "</a>" * 5_000})
    for name, text in {"nul": "&#0;", "half a pair": "&#xD800;", "escape": "&#27;", "beyond": "&#x110000;"}.items():
        yield f"reference {name}", "a.xlsx", in_sheet(row("1", text))
    yield "no utf-8", "a.xlsx", book({"xl/worksheets/sheet1.xml": sheet().encode() + b"\xff\xfe"})
    yield "unclosed", "a.xlsx", book({"xl/worksheets/sheet1.xml": sheet()[:-20]})
    yield "another namespace", "a.xlsx", book({"xl/worksheets/sheet1.xml": sheet().replace("spreadsheetml", "evil")})
    yield "instruction", "a.xlsx", book({"xl/worksheets/sheet1.xml": "<?php system('x') ?>" + sheet()})


def _sheets() -> Iterator[Named]:
    target = _RELS.replace("worksheets/sheet1.xml", "{}")
    for where in ("../../../../etc/passwd", "http://127.0.0.1/x", "file:///etc/passwd", "", "sharedStrings.xml"):
        yield f"sheet at {where}", "a.xlsx", book({"xl/_rels/workbook.xml.rels": target.format(where)})
    many = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId1"/>' for n in range(60))
    yield (
        "sixty sheets",
        "a.xlsx",
        book({"xl/workbook.xml": _BOOK.replace('<sheet name="S" sheetId="1" r:id="rId1"/>', many)}),
    )
    yield "hidden only", "a.xlsx", book({"xl/workbook.xml": _BOOK.replace("<sheet ", '<sheet state="veryHidden" ')})
    yield "no sheets", "a.xlsx", book({"xl/workbook.xml": f"<workbook {_MAIN}/>"})
    yield "name of a sheet", "a.xlsx", book({"xl/workbook.xml": _BOOK.replace('name="S"', 'name="=1/0:[]*?\\"')})
    yield "dimension of everything", "a.xlsx", in_sheet(before='<dimension ref="A1:XFD1048576"/>')
    yield "dimension of nonsense", "a.xlsx", in_sheet(before='<dimension ref="-1:ZZZZZZ99999999999"/>')
    merged = "".join(f'<mergeCell ref="A{n}:XFD{n}"/>' for n in range(1, 50_000))
    yield "merged giants", "a.xlsx", in_sheet(after=f"<mergeCells>{merged}</mergeCells>")
    yield "empty sheet", "a.xlsx", book({"xl/worksheets/sheet1.xml": f"<worksheet {_MAIN}><sheetData/></worksheet>"})
    for number in ("-1", "0", "abc", "99999999999", "1e9", ""):
        yield f"row {number!r}", "a.xlsx", in_sheet(f'<row r="{number}">{cell("1")}{cell("Liujia Village")}</row>')
    for place in ("ZZZZ1", "XFD1", "1A", "??", "A0", "AAAAAAAAAA1", "a1"):
        yield f"cell {place}", "a.xlsx", in_sheet(f"<row>{cell('1', 'A2')}{cell('x', place)}</row>")


def _cells() -> Iterator[Named]:
    kinds = ('t="s"><v>99</v>', 't="s"><v>-1</v>', 't="s"><v>abc</v>', 't="s">', 't="x"><v>1</v>', 't="b"><v>7</v>',
             't="e"><v>#REF!</v>', "><v>1e999</v>", "><v>NaN</v>", "><v>-0</v>", "><v></v>", 's="999"><v>1</v>',
             's="-1"><v>1</v>', 's="x"><v>1</v>', 't="d"><v>2020-01-01</v>', "><f>1+1</f>",
             '><f t="array" ref="A1:XFD9">CMD</f>', "><f>HYPERLINK(&quot;x&quot;)</f><v>1</v>", 't="str"><f>DDE()</f><v>=cmd|x!A0</v>',
             "><v>123456789012345678</v>", "><v>1</v><v>2</v>", 't="inlineStr"><is><r><t>a</t></r><rPh><t>b</t></rPh></is>')  # fmt: skip
    for kind in kinds:
        rows = f"<row>{cell('1')}{cell('Liujia Village')}{cell('李')}{cell('李')}<c {kind}</c></row>"
        yield f"cell <c {kind}", "a.xlsx", in_sheet(rows)
    styles = f'<styleSheet {_MAIN}><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>'
    for serial in ("-5", "0", "1", "60", "61", "2958465", "2958466", "1e300", "43953.99999", "0.5"):
        rows = f'<row>{cell("1")}{cell("Liujia Village")}{cell("李")}{cell("李")}{cell("0")}<c s="0"><v>{serial}</v></c></row>'
        yield f"day {serial}", "a.xlsx", book({"xl/styles.xml": styles, "xl/worksheets/sheet1.xml": sheet(rows)})
    for text in ("_xD800_", "_x0000_", "_x000D_", "_xFFFF_", "=HYPERLINK(1)", "@SUM(1)", "\u202e", "䶮𠮷"):
        yield f"text {text!r}", "a.xlsx", in_sheet(row("1", "Liujia Village", text, text, "0"))


def _heavy() -> Iterator[Named]:
    spaces = sheet()[:-12] + " " * (60 << 20) + "</worksheet>"
    yield "bomb in the sheet", "a.xlsx", book({"xl/worksheets/sheet1.xml": spaces})
    yield "bomb in a picture", "a.xlsx", book({"xl/media/a.png": b"\0" * (60 << 20)})
    yield (
        "bomb of texts",
        "a.xlsx",
        book({"xl/sharedStrings.xml": f"<sst {_MAIN}>{'<si><t>a</t></si>' * 3_000_000}</sst>"}),
    )
    draw = random.Random(7)
    words = "".join(f"<si><t>{draw.getrandbits(160):040x}</t></si>" for _ in range(1_200_000))
    yield "a million texts", "a.xlsx", book({"xl/sharedStrings.xml": f"<sst {_MAIN}>{words}</sst>"})
    yield "a long text node", "a.xlsx", in_sheet(row("".join(f"{draw.getrandbits(64):016x}" for _ in range(800_000))))
    yield "a long cell", "a.xlsx", in_sheet(row("1", "x" * 40_000))
    wide = "".join(cell(f"c{n}") for n in range(5_000))
    yield "five thousand columns", "a.xlsx", in_sheet(f"<row>{wide}</row>")
    yield (
        "a million columns",
        "a.xlsx",
        in_sheet(f"<row>{''.join(f'<c><v>{n}</v></c>' for n in range(1_000_000))}</row>"),
    )
    yield "a million empty rows", "a.xlsx", in_sheet("".join(f'<row r="{n}"/>' for n in range(2, 900_000)))
    yield "a million attributes", "a.xlsx", in_sheet("<row " + " ".join(f'a{n}="1"' for n in range(400_000)) + "/>")
    yield "one giant line", "a.csv", b"a," * 8_000_000
    yield "one giant cell", "a.csv", b'a,b\n1,"' + b"x" * 8_000_000 + b'"\n'
    yield "a million columns of text", "a.csv", b",".join(b"c%d" % n for n in range(1_000_000)) + b"\n"
    yield "a million lines of nothing", "a.csv", b"\n" * 1_000_000
    yield "twenty megabytes without an end", "a.csv", b"x" * (20 << 20)


def _texts() -> Iterator[Named]:
    head = ",".join(_HEAD)
    good = "1,Liujia Village,李,李,5,1950-01-01"
    shapes = {
        "nothing": "", "a mark": "\ufeff", "blanks": "  \n \t\n", "commas": ",,,,\n,,,,\n", "one word": "hello",
        "only a heading": head, "no heading": good, "unclosed quote": f'{head}\n1,"Liujia', "quote inside": f'{head}\n1,Liu"jia"x,"a"b',
        "ragged": f"{head}\n1\n{good},,,,,,,,,\n1,2,3,4,5,6,7,8,9", "old line ends": f"{head}\r{good}\r", "mixed line ends": f"{head}\r\n{good}\n{good}\r",
        "control signs": f"{head}\n1,\x07Liujia\x0b Village,\x1b[31m李,\x08,\x0c,", "tabs and commas": f"{head}\n1\t2\t3,4",
        "same heading twice": "户编号,户编号,村,村\n1,2,3,4", "empty headings": ",,,\n1,2,3,4", "numbers as headings": "1,2,3\n4,5,6",
        "two marks": "\ufeff\ufeff" + head, "line separators": f"{head}\n1,Liujia\u2028Village\u0085x,李,,,", "zero width": "户\u200b编号,村\n1,2",
        "a heading of 9000 signs": "户" * 9000 + ",b\n1,2", "semicolons in quotes": f'{head}\n"1;2;3","a;b",,,,',
        "separator line": f"sep=;\n{head.replace(',', ';')}\n{good.replace(',', ';')}",
    }  # fmt: skip
    for name, text in shapes.items():
        yield name, "a.csv", text.encode()
    for name in (
        "../../../etc/passwd.csv",
        "a\0b.csv",
        "C:\\x.csv",
        "\u202evsc.csv",
        "x" * 390 + ".csv",
        "<script>.csv",
        "",
    ):
        yield f"called {name[:20]!r}", name or "csv", f"{head}\n{good}\n".encode()


def _bytes() -> Iterator[Named]:
    text = f"{','.join(_HEAD)}\n1,Liujia Village,李,李,5,1950-01-01\n"
    yield "nul inside", "a.csv", text.encode().replace("李".encode(), b"\0")
    yield "nul alone", "a.csv", b"\0" * 5000
    yield "utf-16 without a mark", "a.csv", text.encode("utf-16-le")
    yield "utf-16 odd", "a.csv", text.encode("utf-16") + b"\x00"
    yield "utf-16 half a pair", "a.csv", b"\xff\xfe" + b"a\0,\0\x00\xd8\n\0"
    yield "utf-32", "a.csv", text.encode("utf-32")
    yield "utf-8 mark, gb18030 inside", "a.csv", b"\xef\xbb\xbf" + text.encode("gb18030")
    yield "mixed encodings", "a.csv", text.encode() + text.encode("gb18030") + b"\xff"
    yield "latin-1", "a.csv", "nom,pr\xe9nom\n\xff\xfe,\xe9".encode("latin-1")
    yield "big5", "a.csv", "戶編號,村\n1,臺灣\n".encode("big5")
    yield "overlong utf-8", "a.csv", b"a,b\n\xc0\xaf,1\n"
    yield "half a pair in utf-8", "a.csv", b"a,b\n\xed\xa0\x80,1\n"
    yield "cut in the middle of a sign", "a.csv", text.encode()[:-30][:-1] + b"\xe6"
    for seed in range(6):
        yield f"noise {seed}", "a.csv", random.Random(seed).randbytes(3000)


def _values() -> Iterator[Named]:
    nasty = ["1e999", "-1e999", "-0", "NaN", "Infinity", "0x10", "1_0", "１２３", "²", "Ⅷ", "1,2,3", "..", "+-1", "9" * 300, "=1+1",
             "=cmd|' /C calc'!A0", "@SUM(A1)", "+1+1", "\t=1", "#REF!", "#N/A", "1/0", "{{7*7}}", "${7*7}", "<b>", "' OR 1=1 --",
             "%s%n", "\u202e1", "䶮", "𠮷", "true", "NULL", "1900-02-29", "0000-00-00", "2020-13-45", "20201345", "99999999",
             "1899-12-31", "60", "-5", "9999-12-31", "2020年13月1日", "今天"]  # fmt: skip
    for column in _HEAD:
        rows = []
        for number, value in enumerate(nasty):
            cells = {
                "户编号": str(number),
                "村": "Liujia Village",
                "户主": "李",
                "姓名": "李",
                "务工收入": "1",
                "出生日期": "1950-01-01",
            }
            quoted = '"' + value.replace('"', '""') + '"'
            rows.append(",".join((cells | {column: quoted}).values()))
        yield f"nasty values as {column}", "a.csv", "\n".join([",".join(_HEAD), *rows]).encode()
