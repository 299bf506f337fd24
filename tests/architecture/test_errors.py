"""The error tree: drawn in its module, and every class has a code and an HTTP status."""

from copilot import errors


def classes() -> list[type[errors.CopilotError]]:
    found = [value for value in vars(errors).values() if isinstance(value, type)]
    return [value for value in found if issubclass(value, errors.CopilotError)]


def test_the_drawing_shows_every_class() -> None:
    missing = [cls.__name__ for cls in classes() if cls.__name__ not in (errors.__doc__ or "")]
    assert missing == []


def test_codes_are_unique() -> None:
    codes = [cls.__dict__["code"] for cls in classes()]
    assert len(codes) == len(set(codes))


def test_a_hint_is_part_of_what_a_person_reads() -> None:
    assert str(errors.NotFound("It is not there.", hint="Look elsewhere.")) == "It is not there. Look elsewhere."
