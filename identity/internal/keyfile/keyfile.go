// Package keyfile keeps private RSA keys as JSON Web Keys in files that nobody else may read.
package keyfile

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-jose/go-jose/v4"
)

const (
	// modulus is the length of the keys that are made, in bits.
	modulus = 2048
	// mode is the mode of the files: only the owner may read them.
	mode fs.FileMode = 0o600
)

// Generate makes a private RSA key of 2048 bits for RS256. Its key id is its thumbprint (RFC 7638), so
// that two keys never share one.
func Generate() (jose.JSONWebKey, error) {
	private, err := rsa.GenerateKey(rand.Reader, modulus)
	if err != nil {
		return jose.JSONWebKey{}, fmt.Errorf("make a key: %w", err)
	}
	key := jose.JSONWebKey{Key: private, Use: "sig", Algorithm: string(jose.RS256)}
	thumbprint, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return jose.JSONWebKey{}, fmt.Errorf("make a key: %w", err)
	}
	key.KeyID = base64.RawURLEncoding.EncodeToString(thumbprint)
	return key, nil
}

// LoadOrCreate reads a set of private keys, or makes one key with generate and writes it when there is no
// file. When two processes do so at once, both get the keys of the first.
func LoadOrCreate(path string, generate func() (jose.JSONWebKey, error)) ([]jose.JSONWebKey, error) {
	keys, err := load(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return keys, err
	}
	key, err := generate()
	if err != nil {
		return nil, err
	}
	err = write(path, []jose.JSONWebKey{key}, os.Link)
	if errors.Is(err, fs.ErrExist) {
		return load(path)
	}
	return []jose.JSONWebKey{key}, err
}

// Replace writes a set of private keys in place of the file's, at once or not at all.
func Replace(path string, keys []jose.JSONWebKey) error { return write(path, keys, os.Rename) }

// load reads one key or a set of keys, and refuses a file that others may read.
func load(path string) ([]jose.JSONWebKey, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read a key file: %w", err)
	}
	if others := info.Mode().Perm() &^ mode; others != 0 {
		return nil, fmt.Errorf("read key file %s: its mode is %#o; run chmod 600 on it, and replace the key if others may have read it", path, info.Mode().Perm())
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read a key file: %w", err)
	}
	keys, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("read key file %s: %w", path, err)
	}
	return keys, nil
}

// decode reads a key or a set of keys. Errors hold nothing of the keys.
func decode(data []byte) ([]jose.JSONWebKey, error) {
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(data, &set); err != nil {
		return nil, errors.New("it is not a JSON Web Key or a set of them")
	}
	if len(set.Keys) == 0 {
		var key jose.JSONWebKey
		if err := json.Unmarshal(data, &key); err != nil {
			return nil, errors.New("it is not a JSON Web Key or a set of them")
		}
		set.Keys = []jose.JSONWebKey{key}
	}
	for _, key := range set.Keys {
		if err := Check(key); err != nil {
			return nil, err
		}
	}
	return set.Keys, nil
}

// Check reports what keeps a key from signing: it must be a private RSA key of at least 2048 bits with a
// key id, for RS256, RS384 or RS512 where it says which.
func Check(key jose.JSONWebKey) error {
	private, ok := key.Key.(*rsa.PrivateKey)
	switch {
	case !ok:
		return errors.New("the key is not a private RSA key")
	case private.N.BitLen() < modulus:
		return fmt.Errorf("the key has %d bits, at least %d are required", private.N.BitLen(), modulus)
	case key.KeyID == "":
		return errors.New("the key has no kid")
	case key.Use != "" && key.Use != "sig":
		return fmt.Errorf("the key's use is %q, it must be \"sig\"", key.Use)
	}
	switch jose.SignatureAlgorithm(key.Algorithm) {
	case "", jose.RS256, jose.RS384, jose.RS512:
		return nil
	}
	return fmt.Errorf("the key's alg is %q, it must be RS256, RS384 or RS512", key.Algorithm)
}

// write puts the keys in a temporary file beside path, makes it durable, and publishes it.
func write(path string, keys []jose.JSONWebKey, publish func(from, to string) error) error {
	data, err := encode(keys)
	if err != nil {
		return fmt.Errorf("write key file %s: %w", path, err)
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".key-*") // made with mode 0600
	if err != nil {
		return fmt.Errorf("write a key file: %w", err)
	}
	defer func() { _ = os.Remove(file.Name()) }() // fails after a rename, as it should
	_, err = file.Write(data)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("write key file %s: %w", path, err)
	}
	if err := publish(file.Name(), path); err != nil {
		return fmt.Errorf("write key file %s: %w", path, err)
	}
	return syncFolder(filepath.Dir(path))
}

// encode writes one key as a key, and several as a set.
func encode(keys []jose.JSONWebKey) ([]byte, error) {
	if len(keys) == 1 {
		return json.MarshalIndent(keys[0], "", "  ")
	}
	return json.MarshalIndent(jose.JSONWebKeySet{Keys: keys}, "", "  ")
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("make a key file durable: %w", err)
	}
	if err := errors.Join(folder.Sync(), folder.Close()); err != nil {
		return fmt.Errorf("make a key file durable: %w", err)
	}
	return nil
}
