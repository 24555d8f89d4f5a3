package ingestkeyauth

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// key is one entry of the list: whom it belongs to, never the key itself.
type key struct {
	ID        string     `json:"key_id"`
	SHA256    string     `json:"sha256"`
	Principal string     `json:"principal"`
	Team      string     `json:"team"`
	Workflows []string   `json:"workflows"`
	ExpiresAt *time.Time `json:"expires_at"`
}

// keys by the SHA-256 of the whole presented text. Looking a digest up tells nothing about the secret by its time.
type keys map[[sha256.Size]byte]key

// parseKeys reads `{"keys": [{"key_id", "sha256": hex, "principal", "team", "workflows": [...], "expires_at"?: RFC 3339}]}`.
// One unusable entry makes the whole list unusable: a typing error must not silently lock an agent out, or let one in.
func parseKeys(text []byte) (keys, error) {
	var list struct {
		Keys []key `json:"keys"`
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&list); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is something after the list")
	}
	if list.Keys == nil {
		return nil, errors.New("`keys` is missing")
	}
	found := make(keys, len(list.Keys))
	for i, entry := range list.Keys {
		digest, err := entry.digest()
		if err != nil {
			return nil, fmt.Errorf("key %d (%q): %w", i, entry.ID, err)
		}
		if _, twice := found[digest]; twice {
			return nil, fmt.Errorf("key %d (%q) is listed twice", i, entry.ID)
		}
		found[digest] = entry
	}
	return found, nil
}

func (k key) digest() (digest [sha256.Size]byte, err error) {
	if k.Principal == "" {
		return digest, errors.New("`principal` is missing")
	}
	raw, err := hex.DecodeString(k.SHA256)
	if err != nil || len(raw) != sha256.Size {
		return digest, errors.New("`sha256` must be 64 hexadecimal digits")
	}
	copy(digest[:], raw)
	return digest, nil
}

// find answers whose key this is, if anybody's.
func (all keys) find(presented string, now time.Time) (key, bool) {
	entry, known := all[sha256.Sum256([]byte(presented))]
	if !known || (entry.ExpiresAt != nil && !now.Before(*entry.ExpiresAt)) {
		return key{}, false
	}
	return entry, true
}
