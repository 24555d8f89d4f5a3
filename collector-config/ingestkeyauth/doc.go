// Package ingestkeyauth authenticates OTLP senders of an OpenTelemetry Collector by Tollgate's ingest keys.
//
// It knows the keys by their SHA-256 alone, from a file that it reads again while running, and hands whom a key
// belongs to on as authentication data: "principal", "team", "workflows", "key_id". A processor writes "principal"
// into the resource (otelcol.yaml), so that no sender can speak in another's name.
package ingestkeyauth
