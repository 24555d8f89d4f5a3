"""Plays the scenarios that the environment variable PLAY orders, with one set-up of instrumentation libraries.

`python play.py SET-UP`. OpenTelemetry is set up as an application does it: a global provider, spans in batches over
OTLP/HTTP. Each scenario is played in a trace that was begun elsewhere.
"""

import json
import logging
import os
import sys

from opentelemetry import trace
from opentelemetry.context import attach, detach
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from calls import anthropic_calls, openai_calls
from setups import SETUPS


def open_stage(order):
    provider = TracerProvider(
        resource=Resource.create({"service.name": "app", "service.instance.id": order["instance"]})
    )
    exporter = OTLPSpanExporter(
        endpoint=f"{order['collector']}/v1/traces",
        headers={"authorization": f"Bearer {order['key']}"},
    )
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return provider


def play_one(call, one):
    name = one["scenario"]
    token = attach(TraceContextTextMapPropagator().extract({"traceparent": one["traceparent"]}))
    prompt = f"Say something. scenario:{name} play:{one['traceparent'].split('-')[1]}"
    try:
        call(one, prompt)
        failed = None
    except Exception as error:  # noqa: BLE001 - a failure is to be seen by the application
        failed = error
    finally:
        detach(token)
    if (one["ends"] == "failed") != (failed is not None):
        raise RuntimeError(f"{name}: {'failed' if failed else 'did not fail'}") from failed


def main():
    order = json.loads(os.environ["PLAY"])
    provider = open_stage(order)
    SETUPS[sys.argv[1]]()
    calls = {}
    apis = {one["api"] for one in order["plays"]}
    if apis & {"chat", "responses"}:
        calls |= openai_calls(f"{order['provider']}/v1")
    if "messages" in apis:
        calls |= anthropic_calls(order["provider"])
    for one in order["plays"]:
        play_one(calls[one["api"]], one)
    provider.force_flush()
    provider.shutdown()
    logging.shutdown()
    sys.stdout.flush()
    # Streams that were left in the middle may hold a connection for as long as the provider keeps it.
    os._exit(0)


if __name__ == "__main__":
    main()
