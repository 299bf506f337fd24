"""Instructions that hide in what third parties wrote, and in what people type."""

from copilot.guardrails.injection.detector import InjectionDetector
from copilot.guardrails.injection.disguise import normalised
from copilot.guardrails.injection.rules import instruction_in

__all__ = ["InjectionDetector", "instruction_in", "normalised"]
