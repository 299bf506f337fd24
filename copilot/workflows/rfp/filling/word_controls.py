"""Controls of a Word document that are to be filled in: lists, days and texts, of new and of old documents.

Invariant: a list shows one of its own values; what a control shows keeps the formatting of the control's text.
"""

from lxml import etree

from copilot.workflows.rfp.filling.archive import local
from copilot.workflows.rfp.filling.filled import Unwritable
from copilot.workflows.rfp.filling.placeholders import is_free
from copilot.workflows.rfp.filling.word_places import attribute, child
from copilot.workflows.rfp.filling.word_text import put, remove, sibling

_LISTS = ("dropDownList", "comboBox")


def listed(control: etree._Element) -> list[str]:
    """The values of a list, as they are shown; none for another control."""
    if local(control) == "ddList":
        return [attribute(item, "val") for item in control if local(item) == "listEntry"]
    items = [item for item in _items(control) if attribute(item, "value") or attribute(item, "displayText")]
    return [attribute(item, "displayText") or attribute(item, "value") for item in items]


def may_choose(control: etree._Element, *, given: str) -> bool:
    """Whether the list waits for a value."""
    return local(control) == "ddList" or (not _is_locked(control) and _waits(control, given=given))


def choose(control: etree._Element, place: int) -> None:
    """Make a list show its value at `place`. Raises Unwritable."""
    if local(control) != "ddList":
        put_in_control(control, listed(control)[place])
        return
    result = child(control, "result")
    if result is None:
        result = etree.Element(sibling(control, "result"))
        control.insert(0, result)
    result.set(sibling(result, "val"), str(place))


def is_waiting(control: etree._Element, *, given: str) -> bool:
    """Whether it takes any text, shows what is to be replaced, and may be written at all."""
    return not _items(control) and not _is_locked(control) and _waits(control, given=given)


def shows_its_invitation(control: etree._Element) -> bool:
    """Whether what it shows only stands for an answer."""
    return child(child(control, "sdtPr"), "showingPlcHdr") is not None and not _is_locked(control)


def put_in_control(control: etree._Element, value: str, *, day: str | None = None) -> None:
    """Make a control show `value`. `day`: what a control for days keeps beside it. Raises Unwritable."""
    content = child(control, "sdtContent")
    if content is None:
        raise Unwritable
    texts = [item for item in content.iter() if local(item) == "t"] or [_new_text(content)]
    put(texts[0], value)
    for item in texts[1:]:
        item.text = ""
    picked = child(child(control, "sdtPr"), "date")
    if picked is not None and day is not None:
        picked.set(sibling(picked, "fullDate"), day)
    no_longer_waits(control)


def _new_text(content: etree._Element) -> etree._Element:
    run = next((item for item in content.iter() if local(item) == "r"), None)
    if run is None:
        parent = next((item for item in content.iter() if local(item) == "p"), content)
        run = etree.SubElement(parent, sibling(content, "r"))
    return etree.SubElement(run, sibling(content, "t"))


def no_longer_waits(control: etree._Element) -> None:
    """It shows a value, no longer its invitation, which looks different."""
    properties = child(control, "sdtPr")
    waiting = child(properties, "showingPlcHdr")
    if waiting is None:
        return
    remove(waiting)
    for run in control.iter():
        style = child(child(run, "rPr"), "rStyle") if local(run) == "r" else None
        if style is not None:
            remove(style)


def _items(control: etree._Element) -> list[etree._Element]:
    properties = child(control, "sdtPr")
    found = next((item for name in _LISTS if (item := child(properties, name)) is not None), None)
    return [] if found is None else [item for item in found if local(item) == "listItem"]


def _is_locked(control: etree._Element) -> bool:
    lock = child(child(control, "sdtPr"), "lock")
    return lock is not None and "content" in attribute(lock, "val").lower()


def _waits(control: etree._Element, *, given: str) -> bool:
    content = child(control, "sdtContent")
    shown = "" if content is None else "".join(item.text or "" for item in content.iter() if local(item) == "t")
    return shows_its_invitation(control) or is_free(shown, given=given)
