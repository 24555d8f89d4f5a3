"""What each set-up switches on, by its name."""

import os


def openinference_openai():
    from openinference.instrumentation.openai import OpenAIInstrumentor

    OpenAIInstrumentor().instrument()


def openllmetry_openai():
    from opentelemetry.instrumentation.openai import OpenAIInstrumentor

    OpenAIInstrumentor().instrument()


def opentelemetry_openai():
    from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor

    OpenAIInstrumentor().instrument()


def silence_anthropic():
    """Without the spans that Anthropic's SDK emits by itself."""
    os.environ["ANTHROPIC_OPEN_TELEMETRY"] = "false"


def anthropic_sdk():
    """Nothing: its spans are on as soon as there is a global provider."""


def openinference_anthropic():
    from openinference.instrumentation.anthropic import AnthropicInstrumentor

    AnthropicInstrumentor().instrument()


def openllmetry_anthropic():
    from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor

    AnthropicInstrumentor().instrument()


def opentelemetry_anthropic():
    from opentelemetry.instrumentation.genai.anthropic import AnthropicInstrumentor

    AnthropicInstrumentor().instrument()


def all_of(*steps):
    def run():
        for step in steps:
            step()

    return run


SETUPS = {
    "python-openinference-openai": openinference_openai,
    "python-openllmetry-openai": openllmetry_openai,
    "python-opentelemetry-openai": opentelemetry_openai,
    "python-two-on-openai": all_of(openinference_openai, opentelemetry_openai),
    "python-anthropic-sdk": anthropic_sdk,
    "python-openinference-anthropic": all_of(silence_anthropic, openinference_anthropic),
    "python-openllmetry-anthropic": all_of(silence_anthropic, openllmetry_anthropic),
    "python-opentelemetry-anthropic": all_of(silence_anthropic, opentelemetry_anthropic),
    "python-three-on-anthropic": all_of(openinference_anthropic, openllmetry_anthropic),
}
