package ingestkeyauth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/client"
	"go.uber.org/zap"
)

const alice, bob = "tgk_a_secret-of-alice", "tgk_b_secret-of-bob"

func digest(presented string) string {
	sum := sha256.Sum256([]byte(presented))
	return hex.EncodeToString(sum[:])
}

func entry(id, presented, more string) string {
	return `{"key_id":"` + id + `","sha256":"` + digest(presented) + `","principal":"agent-` + id +
		`","team":"support","workflows":["triage"]` + more + `}`
}

func list(entries ...string) string { return `{"keys":[` + strings.Join(entries, ",") + `]}` }

func started(t *testing.T, text string) (*authenticator, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "keys.json")
	write(t, file, text)
	a := newAuthenticator(&Config{File: file, RefreshInterval: 100 * time.Millisecond}, zap.NewNop())
	if err := a.Start(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return a, file
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file+".new", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		t.Fatal(err)
	}
}

func principal(t *testing.T, a *authenticator, headers map[string][]string) string {
	t.Helper()
	ctx, err := a.Authenticate(context.Background(), headers)
	if err != nil {
		if client.FromContext(ctx).Auth != nil {
			t.Error("a refused request carries authentication data")
		}
		return ""
	}
	name, _ := client.FromContext(ctx).Auth.GetAttribute("principal").(string)
	return name
}

func TestHeaders(t *testing.T) {
	a, _ := started(t, list(entry("alice", alice, ""), entry("bob", bob, "")))
	for name, test := range map[string]struct {
		headers map[string][]string
		want    string
	}{
		"HTTP bearer":           {map[string][]string{"Authorization": {"Bearer " + alice}}, "agent-alice"},
		"gRPC bearer":           {map[string][]string{"authorization": {"bearer  " + alice + " "}}, "agent-alice"},
		"API key":               {map[string][]string{"X-Api-Key": {bob}}, "agent-bob"},
		"bearer before API key": {map[string][]string{"authorization": {"Bearer " + alice}, "x-api-key": {bob}}, "agent-alice"},
		"nothing":               {map[string][]string{}, ""},
		"empty":                 {map[string][]string{"authorization": {"Bearer "}, "x-api-key": {""}}, ""},
		"no values":             {map[string][]string{"authorization": {}}, ""},
		"another scheme":        {map[string][]string{"authorization": {"Basic " + alice}}, ""},
		"no scheme":             {map[string][]string{"authorization": {alice}}, ""},
		"two tokens":            {map[string][]string{"authorization": {"Bearer " + alice + " " + bob}}, ""},
		"a prefix of a key":     {map[string][]string{"authorization": {"Bearer " + alice[:10]}}, ""},
		"longer than the key":   {map[string][]string{"authorization": {"Bearer " + alice + "x"}}, ""},
		"unknown, then API key": {map[string][]string{"authorization": {"Bearer x"}, "x-api-key": {bob}}, ""},
		"the digest of a key":   {map[string][]string{"x-api-key": {digest(alice)}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := principal(t, a, test.headers); got != test.want {
				t.Errorf("principal %q, want %q", got, test.want)
			}
		})
	}
}

func TestExpiry(t *testing.T) {
	a, _ := started(t, list(
		entry("alice", alice, `,"expires_at":"2020-01-01T00:00:00Z"`),
		entry("bob", bob, `,"expires_at":"2999-01-01T00:00:00Z"`)))
	if got := principal(t, a, map[string][]string{"x-api-key": {alice}}); got != "" {
		t.Errorf("an expired key is %q", got)
	}
	if got := principal(t, a, map[string][]string{"x-api-key": {bob}}); got != "agent-bob" {
		t.Errorf("a key that expires later is %q", got)
	}
}

func TestRevocationAndBadLists(t *testing.T) {
	a, file := started(t, list(entry("alice", alice, "")))
	write(t, file, `{"keys":[{"key_id`)
	time.Sleep(300 * time.Millisecond)
	if got := principal(t, a, map[string][]string{"x-api-key": {alice}}); got != "agent-alice" {
		t.Errorf("after a torn list: %q", got)
	}
	write(t, file, list(entry("bob", bob, "")))
	for deadline := time.Now().Add(10 * time.Second); principal(t, a, map[string][]string{"x-api-key": {alice}}) != ""; {
		if time.Now().After(deadline) {
			t.Fatal("a revoked key is still taken")
		}
		time.Sleep(20 * time.Millisecond)
	}
	if got := principal(t, a, map[string][]string{"x-api-key": {bob}}); got != "agent-bob" {
		t.Errorf("the new key is %q", got)
	}
}

func TestUnusableLists(t *testing.T) {
	good := entry("alice", alice, "")
	for name, text := range map[string]string{
		"not JSON": "x", "empty": "", "no keys": "{}", "unknown field": list(entry("a", alice, `,"role":"admin"`)),
		"no principal": strings.Replace(list(good), `"agent-alice"`, `""`, 1),
		"short digest": strings.Replace(list(good), `"sha256":"`, `"sha256":"zz`, 1),
		"twice":        list(good, good), "more after it": list(good) + "{}",
		"the key itself": strings.Replace(list(good), `"sha256"`, `"key":"tgk_a","sha256"`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := parseKeys([]byte(text)); err == nil {
				t.Error("taken as a list of keys")
			}
		})
	}
	a := newAuthenticator(&Config{File: "/nowhere/keys.json", RefreshInterval: time.Second}, zap.NewNop())
	if err := a.Start(context.Background(), nil); err == nil {
		t.Error("starts without a list of keys")
	}
}
