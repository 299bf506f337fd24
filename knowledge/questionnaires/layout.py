"""What names of sheets, headings and labels say about what stands below or beside them.

Invariant: words only; the data is in `layout.toml`.
"""

import re
import tomllib
from functools import cache
from importlib import resources

from copilot.domain.folding import flat
from knowledge.questionnaires.grid import one_line


def matches(table: str, key: str, text: str) -> bool:
    """Whether the text is one of those that the pattern describes."""
    return _pattern(table, key).search(flat(one_line(text))) is not None


@cache
def _pattern(table: str, key: str) -> re.Pattern[str]:
    data = tomllib.loads(resources.files(__package__).joinpath("layout.toml").read_text(encoding="utf-8"))
    return re.compile(data[table][key])
