"""Our own templates: one for each table, with explanations and an example, as CSV or Excel."""

from __future__ import annotations

import csv
import io

from kb.importing.fields import example, importable, target

EXTRA = {"order_lines": ("customer_number", "ordered_on")}


def names() -> list[str]:
    """The tables that have a template."""
    return [name for name in importable() if name != "sales_orders"]


def headers(table: str) -> list[str]:
    """The headers of a table's template, the key first."""
    own = list(target(table).headers)
    return own[:1] + [extra for extra in EXTRA.get(table, ())] + own[1:]


def explained(table: str, header: str) -> tuple[str, str]:
    """The explanation and example value of a header in this table: its own where it has one, else its parent's."""
    own = target(table).fields.get(header)
    return (own.doc, own.example) if own else example(header)


def needed(table: str) -> frozenset[str]:
    """The headers without which a new row is refused."""
    goal = target(table)
    required = [reference.headers for reference in goal.references if reference.required]
    return frozenset(goal.key_headers).union(*required)


def csv_template(table: str) -> bytes:
    """A CSV file, UTF-8 with BOM so that Excel reads it: the headers and one example row."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headers(table))
    writer.writerow(explained(table, header)[1] for header in headers(table))
    return out.getvalue().encode("utf-8-sig")


def excel_template(table: str) -> bytes:
    """An Excel file: the sheet to fill, with one example row, and a sheet that explains each column."""
    import xlsxwriter  # importing files does without

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True})
        sheet, about = book.add_worksheet(table), book.add_worksheet("About")
        about.write_row(0, 0, ["Column", "Meaning", "Example", "Needed"], bold)
        for i, header in enumerate(headers(table)):
            meaning, shown = explained(table, header)
            sheet.write_string(0, i, header, bold)
            sheet.write_string(1, i, shown)
            about.write_row(i + 1, 0, [header, meaning, shown, "yes" if header in needed(table) else "no"])
        sheet.set_column(0, len(headers(table)), 18)
        about.set_column(1, 1, 60)
    return out.getvalue()
