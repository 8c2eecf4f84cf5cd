# SPDX-License-Identifier: GPL-3.0-or-later
"""The least of an Excel workbook that is one: sheets of numbers and words."""
import io
import sys
import zipfile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def cell(row, column, value):
    place = f"{chr(65 + column)}{row + 1}"
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def sheet(rows):
    lines = (f'<row r="{i + 1}">' + "".join(cell(i, j, v) for j, v in enumerate(r)) + "</row>" for i, r in enumerate(rows))
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def relationships(kind, targets):
    return f'<Relationships xmlns="{PACKAGE}/relationships">' + "".join(
        f'<Relationship Id="r{i}" Type="{OFFICE}/{kind}" Target="{t}"/>' for i, t in enumerate(targets)) + "</Relationships>"


def workbook(**sheets):
    """Its bytes; `sheets` are rows by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types"/>')
        z.writestr("_rels/.rels", relationships("officeDocument", ["xl/workbook.xml"]))
        z.writestr("xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>' + "".join(
            f'<sheet name="{n}" sheetId="{i + 1}" r:id="r{i}"/>' for i, n in enumerate(sheets)) + "</sheets></workbook>")
        z.writestr("xl/_rels/workbook.xml.rels", relationships("worksheet", [f"worksheets/{n}.xml" for n in sheets]))
        for name, rows in sheets.items():
            z.writestr(f"xl/worksheets/{name}.xml", sheet(rows))
    return out.getvalue()


def shift(seed, n=20):
    """A sheet of measurements without times."""
    return [["bore"]] + [[round(10 + (i * 37 + seed * 11) % 23 / 100, 2)] for i in range(n)]


if __name__ == "__main__":
    sys.stdout.buffer.write(workbook(Cover=[["March"], ["by Kim"]], Mon=shift(1), Notes=[["remark"], ["tool changed"]], Tue=shift(2)))
