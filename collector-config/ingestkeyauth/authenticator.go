package ingestkeyauth

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/client"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/extension/extensionauth"
	"go.uber.org/zap"
)

var (
	_ extension.Extension  = (*authenticator)(nil)
	_ extensionauth.Server = (*authenticator)(nil)

	errNoKey      = errors.New("an ingest key is needed: `authorization: Bearer tgk_…` or `x-api-key: tgk_…`")
	errUnknownKey = errors.New("the ingest key is unknown, expired or revoked")
)

type authenticator struct {
	config *Config
	logger *zap.Logger
	keys   atomic.Pointer[keys]
	read   [sha256.Size]byte
	stop   context.CancelFunc
	done   chan struct{}
}

func newAuthenticator(config *Config, logger *zap.Logger) *authenticator {
	return &authenticator{config: config, logger: logger, stop: func() {}}
}

// Start fails where there is no usable list: a Collector that would refuse everybody should not look healthy.
func (a *authenticator) Start(context.Context, component.Host) error {
	if err := a.refresh(); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	a.stop, a.done = stop, make(chan struct{})
	go a.keepFresh(ctx)
	return nil
}

func (a *authenticator) Shutdown(ctx context.Context) error {
	a.stop()
	if a.done == nil {
		return nil
	}
	select {
	case <-a.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (a *authenticator) keepFresh(ctx context.Context) {
	defer close(a.done)
	ticker := time.NewTicker(a.config.RefreshInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			// The last good list stays in force: a 401 makes senders throw spans away, and evidence must not be lost
			// to a half-written file.
			if err := a.refresh(); err != nil {
				a.logger.Error("The list of ingest keys cannot be read; the last good one stays in force", zap.Error(err))
			}
		}
	}
}

func (a *authenticator) refresh() error {
	text, err := os.ReadFile(a.config.File)
	if err != nil {
		return err
	}
	digest := sha256.Sum256(text)
	if a.keys.Load() != nil && digest == a.read {
		return nil
	}
	found, err := parseKeys(text)
	if err != nil {
		return fmt.Errorf("%s: %w", a.config.File, err)
	}
	a.read = digest
	a.keys.Store(&found)
	a.logger.Info("Ingest keys read", zap.Int("keys", len(found)))
	return nil
}

// Authenticate is asked for each request, with its HTTP headers or gRPC metadata.
func (a *authenticator) Authenticate(ctx context.Context, headers map[string][]string) (context.Context, error) {
	presented := presentedKey(headers)
	if presented == "" {
		return ctx, errNoKey
	}
	all := a.keys.Load()
	if all == nil {
		return ctx, errUnknownKey
	}
	entry, found := all.find(presented, time.Now())
	if !found {
		return ctx, errUnknownKey
	}
	info := client.FromContext(ctx)
	info.Auth = authData(entry)
	return client.NewContext(ctx, info), nil
}

// presentedKey reads `authorization: Bearer KEY` or else `x-api-key: KEY`, as the embedded collector does.
func presentedKey(headers map[string][]string) string {
	scheme, token, _ := strings.Cut(strings.TrimRight(header(headers, "authorization"), " "), " ")
	token = strings.TrimLeft(token, " ")
	if strings.EqualFold(scheme, "bearer") && token != "" && !strings.ContainsAny(token, " \t") {
		return token
	}
	return header(headers, "x-api-key")
}

// header finds names in any case: HTTP writes them canonically, gRPC in lower case.
func header(headers map[string][]string, name string) string {
	for key, values := range headers {
		if len(values) > 0 && strings.EqualFold(key, name) {
			return values[0]
		}
	}
	return ""
}
