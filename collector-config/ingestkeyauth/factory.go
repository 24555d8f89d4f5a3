package ingestkeyauth

import (
	"context"
	"fmt"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"
)

// NewFactory is how the Collector finds the extension; its type in the configuration is `ingest_key_auth`.
func NewFactory() extension.Factory {
	return extension.NewFactory(
		component.MustNewType("ingest_key_auth"),
		createDefaultConfig,
		create,
		component.StabilityLevelBeta,
	)
}

func create(_ context.Context, set extension.Settings, cfg component.Config) (extension.Extension, error) {
	config, ok := cfg.(*Config)
	if !ok {
		return nil, fmt.Errorf("unexpected configuration %T", cfg)
	}
	return newAuthenticator(config, set.Logger), nil
}
