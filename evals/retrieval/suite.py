"""Words that the quality suites of search share."""

HALF_NOTE = (
    "the half of the questions that no setting was chosen on (SHA-256 of the id starts with an odd digit); "
    "the shares of words and meaning were taken as equal beforehand and confirmed on the other half"
)
