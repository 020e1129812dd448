"""Plain HTML tables: readable by screen readers, printable, every cell escaped."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from ui.text import html, joined


def table(headers: Sequence[str], rows: Iterable[Sequence[object]], *, caption: str) -> Markup:
    """Return a table whose first column names the row."""
    head = joined([html('<th scope="col">{h}</th>', h=header) for header in headers])
    body = []
    for first, *rest in rows:
        cells = joined([html("<td>{c}</td>", c=cell) for cell in rest])
        body.append(html('<tr><th scope="row">{first}</th>{cells}</tr>', first=first, cells=cells))
    return html(
        '<div class="plain-table"><table><caption>{caption}</caption><thead><tr>{head}</tr></thead>'
        "<tbody>{body}</tbody></table></div>",
        caption=caption,
        head=head,
        body=joined(body),
    )
