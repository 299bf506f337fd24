"""What the systems are called that records come from.

Invariant: a system that is not known is called as its export names it.
"""

_NAMES = {"hubspot": "HubSpot", "salesforce": "Salesforce"}


def system_name(source_system: str) -> str:
    """`HubSpot`, `Salesforce`, or the name of the export as it came."""
    return _NAMES.get(source_system.lower(), source_system)
