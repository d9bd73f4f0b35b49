"""Markdown that people type, as a part of a page: its words and their order, never its scripts, styles or pictures."""

from functools import cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

# A pasted log is no reason to keep the page waiting: what is longer is shown as it is.
LONGEST = 20_000
_TAGS = {
    "a", "blockquote", "br", "code", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
# A text stands inside a page that has its own first and second headings.
_LOWER = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6", "h6": "h6"}


@cache
def _reader() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": False})
    return made.enable(["table", "strikethrough"]).disable("image")


def marked(text: str) -> Markup:
    """Return Markdown as safe HTML."""
    if len(text) > LONGEST:
        return Markup("<pre>{}</pre>").format(text)
    tokens = _reader().parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = _LOWER.get(token.tag, token.tag)
    drawn = _reader().renderer.render(tokens, _reader().options, {})
    safe = nh3.clean(
        drawn,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener nofollow",
    )
    return Markup(safe)  # noqa: S704 - cleaned just now
