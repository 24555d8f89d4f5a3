package ingestkeyauth

import (
	"errors"
	"time"

	"go.opentelemetry.io/collector/component"
)

// Config of the extension.
type Config struct {
	// File is the key list, JSON as in parseKeys. It has to be there when the Collector starts.
	File string `mapstructure:"file"`
	// RefreshInterval is how often the list is read again; so long may a revoked key still be taken.
	RefreshInterval time.Duration `mapstructure:"refresh_interval"`
}

// Validate is called by the Collector before it starts.
func (c *Config) Validate() error {
	if c.File == "" {
		return errors.New("`file` must name the list of ingest keys")
	}
	if c.RefreshInterval < 100*time.Millisecond {
		return errors.New("`refresh_interval` must be 100ms or more")
	}
	return nil
}

func createDefaultConfig() component.Config {
	return &Config{RefreshInterval: 5 * time.Second}
}
