package keyfile_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/hovedbok/hovedbok/identity/internal/keyfile"
)

func TestLoadOrCreate_MakesOneKeyForAllWhoComeAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key.json")
	const processes = 4
	ids := make([]string, processes)
	var wait sync.WaitGroup
	for i := range processes {
		wait.Go(func() {
			keys, err := keyfile.LoadOrCreate(path, keyfile.Generate)
			if err != nil || len(keys) != 1 {
				t.Errorf("%d keys, %v", len(keys), err)
				return
			}
			ids[i] = keys[0].KeyID
		})
	}
	wait.Wait()
	for _, id := range ids {
		if id == "" || id != ids[0] {
			t.Errorf("different keys: %v", ids)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".key-*")); len(left) != 0 {
		t.Errorf("temporary files are left: %v", left)
	}
}

func TestReplace_KeepsOrder(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	first, err := keyfile.LoadOrCreate(path, keyfile.Generate)
	if err != nil {
		t.Fatal(err)
	}
	second, err := keyfile.Generate()
	if err != nil {
		t.Fatal(err)
	}
	if err := keyfile.Replace(path, append([]jose.JSONWebKey{second}, first...)); err != nil {
		t.Fatal(err)
	}
	keys, err := keyfile.LoadOrCreate(path, nil)
	if err != nil || len(keys) != 2 || keys[0].KeyID != second.KeyID || keys[1].KeyID != first[0].KeyID {
		t.Errorf("%d keys, %v", len(keys), err)
	}
}

func TestLoadOrCreate_Refuses(t *testing.T) {
	t.Parallel()
	good, err := keyfile.Generate()
	if err != nil {
		t.Fatal(err)
	}
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	with := func(change func(*jose.JSONWebKey)) any { k := good; change(&k); return k }
	tests := []struct {
		name, want string
		content    any
	}{
		{"not a key", "not a JSON Web Key", "x"},
		{"public key", "not a private RSA key", good.Public()},
		{"elliptic curve", "not a private RSA key", with(func(k *jose.JSONWebKey) { k.Key = curve; k.Algorithm = "" })},
		{"short", "1024 bits", with(func(k *jose.JSONWebKey) { k.Key = short })},
		{"no id", "no kid", with(func(k *jose.JSONWebKey) { k.KeyID = "" })},
		{"for encryption", "use", with(func(k *jose.JSONWebKey) { k.Use = "enc" })},
		{"algorithm", "alg", with(func(k *jose.JSONWebKey) { k.Algorithm = "PS256" })},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "key.json")
			data, err := json.Marshal(tt.content)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := keyfile.LoadOrCreate(path, keyfile.Generate); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestLoadOrCreate_RefusesFileThatOthersMayRead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key.json")
	if _, err := keyfile.LoadOrCreate(path, keyfile.Generate); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := keyfile.LoadOrCreate(path, keyfile.Generate); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("got %v", err)
	}
}

func TestLoadOrCreate_TellsWhyItCannotWrite(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "no", "such", "folder", "key.json")
	if _, err := keyfile.LoadOrCreate(path, keyfile.Generate); err == nil {
		t.Error("a key was kept in a folder that is not there")
	}
}
