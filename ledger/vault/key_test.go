package vault

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

func TestKey_OpensWhatItSealed(t *testing.T) {
	t.Parallel()
	k := testKey()
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		aad := rapid.SliceOf(rapid.Byte()).Draw(t, "aad")
		head := rapid.SliceOf(rapid.Byte()).Draw(t, "head")
		sealed := k.Seal(bytes.Clone(head), plain, aad)
		if !bytes.HasPrefix(sealed, head) || len(sealed) != len(head)+len(plain)+Overhead {
			t.Fatalf("Seal of %d bytes onto %d gave %d", len(plain), len(head), len(sealed))
		}
		got, err := k.Open(bytes.Clone(head), sealed[len(head):], aad)
		if err != nil || !bytes.Equal(got, append(bytes.Clone(head), plain...)) {
			t.Fatalf("Open: %v", err)
		}
	})
}

func TestKey_NeverSealsTheSameTwice(t *testing.T) {
	t.Parallel()
	k := testKey()
	seen := map[string]bool{}
	for range 1000 {
		seen[string(k.Seal(nil, []byte("same"), nil))] = true
	}
	if len(seen) != 1000 {
		t.Errorf("%d different of 1000", len(seen))
	}
}

func TestKey_RefusesWhatWasChanged(t *testing.T) {
	t.Parallel()
	k, plain, aad := testKey(), []byte("a payload"), []byte("its place")
	sealed := k.Seal(nil, plain, aad)
	for i := range len(sealed) * 8 {
		bad := bytes.Clone(sealed)
		bad[i/8] ^= 1 << (i % 8)
		if _, err := k.Open(nil, bad, aad); !errors.Is(err, ErrTampered) {
			t.Fatalf("bit %d flipped: %v", i, err)
		}
	}
	for n := range sealed {
		if _, err := k.Open(nil, sealed[:n], aad); !errors.Is(err, ErrTampered) {
			t.Fatalf("cut to %d bytes: %v", n, err)
		}
	}
	cases := map[string]func() ([]byte, error){
		"longer":      func() ([]byte, error) { return k.Open(nil, append(bytes.Clone(sealed), 0), aad) },
		"other place": func() ([]byte, error) { return k.Open(nil, sealed, []byte("its plact")) },
		"no place":    func() ([]byte, error) { return k.Open(nil, sealed, nil) },
		"other key":   func() ([]byte, error) { return testKey().Open(nil, sealed, aad) },
		"nothing":     func() ([]byte, error) { return k.Open(nil, nil, aad) },
	}
	for name, open := range cases {
		if got, err := open(); !errors.Is(err, ErrTampered) || got != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzKey_OpenOfMutatedInput(f *testing.F) {
	k, plain, aad := testKey(), []byte("the only plaintext"), []byte("aad")
	sealed := k.Seal(nil, plain, aad)
	f.Add(sealed, aad)
	f.Add([]byte{}, []byte{})
	f.Add([]byte{sealVersion}, aad)
	f.Add(bytes.Repeat([]byte{sealVersion}, Overhead), aad)
	f.Add(sealed[:len(sealed)-1], aad)
	f.Fuzz(func(t *testing.T, data, place []byte) {
		got, err := k.Open(nil, data, place)
		genuine := bytes.Equal(data, sealed) && bytes.Equal(place, aad)
		if genuine != (err == nil) {
			t.Fatalf("genuine %v, err %v", genuine, err)
		}
		if genuine && !bytes.Equal(got, plain) {
			t.Fatal("another plaintext")
		}
	})
}

func TestAAD_DiffersWhereAnythingDiffers(t *testing.T) {
	t.Parallel()
	one, two := uuid.UUID{1}, uuid.UUID{2}
	places := [][]byte{
		AAD("s", one, "t"), AAD("s", two, "t"), AAD("st", one, ""), AAD("", one, "st"), AAD("s", one, "tt"), AAD("ss", one, "t"),
		AAD("", one, ""), AAD("s\x00", one, "t"),
	}
	seen := map[string]int{}
	for i, p := range places {
		if j, dup := seen[string(p)]; dup {
			t.Errorf("places %d and %d give the same bytes", j, i)
		}
		seen[string(p)] = i
	}
}

// The bytes of AAD are in sealed events for ever: they may not change.
func TestAAD_KeepsItsBytes(t *testing.T) {
	t.Parallel()
	got := AAD("s", uuid.UUID{1, 2}, "o/a.F")
	want := "\x00\x00\x00\x11hovedbok/event/v1" + "\x00\x00\x00\x01s" + "\x00\x00\x00\x10\x01\x02" + strings.Repeat("\x00", 14) + "\x00\x00\x00\x05o/a.F"
	if string(got) != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// A key must go on opening what earlier versions of the program sealed.
func TestKey_OpensGoldenSample(t *testing.T) {
	t.Parallel()
	var s secret
	for i := range s {
		s[i] = byte(i)
	}
	k := Key{&streamKey{stream: "golden", cryptor: derive(&s, purposeStream)}}
	if got := fmt.Sprintf("%x", k.Commitment()); got != "7b10a2a622a1f89304436c09b60df25358cd1b19c825226248c6e369ced8d4fb" {
		t.Errorf("commitment %s", got)
	}
	sealed, err := hex.DecodeString("01441650b96957a80ebd3d6b21ab35596e457b8bb40054f10c919f14ef56fa2e5f124d7f31")
	if err != nil {
		t.Fatal(err)
	}
	got, err := k.Open(nil, sealed, []byte("place"))
	if err != nil || string(got) != "hovedbok" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestKey_IsNeverPrinted(t *testing.T) {
	t.Parallel()
	s := newSecret()
	k := Key{&streamKey{stream: "instance-1", cryptor: derive(&s, purposeStream)}}
	m := newMaster(s)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
		if got := fmt.Sprintf(verb, k); got != "vault.Key(instance-1)" {
			t.Errorf("%s of a key: %s", verb, got)
		}
		if got := fmt.Sprintf(verb, m); got != "vault.Master("+m.ID()+")" {
			t.Errorf("%s of a master key: %s", verb, got)
		}
	}
	var none *Master
	if fmt.Sprint(Key{}, none) != "vault.Key() vault.Master()" {
		t.Error(fmt.Sprint(Key{}, none))
	}
}

func TestWrap_IsBoundToItsPurpose(t *testing.T) {
	t.Parallel()
	s, kek := newSecret(), newSecret()
	outer, ready := derive(&kek, purposeOrg), derive(&s, purposeStream)
	right := wrapping{purpose: purposeStream, org: "a", stream: "b"}
	wrapped := outer.wrap(&right, &s, ready.commit)
	if len(wrapped) != wrappedSize {
		t.Fatalf("%d bytes, want %d", len(wrapped), wrappedSize)
	}
	if got, _, err := outer.unwrap(&right, wrapped); err != nil || got != s {
		t.Fatal(err)
	}
	for _, w := range []wrapping{
		{purpose: purposeOrg, org: "a", stream: "b"}, {purpose: purposeStream, org: "ab"}, {purpose: purposeStream, org: "a", stream: "c"},
		{purpose: purposeStream, org: "a", stream: "b", master: masterID{1}},
	} {
		if _, _, err := outer.unwrap(&w, wrapped); !errors.Is(err, ErrTampered) {
			t.Errorf("%+v: %v", w, err)
		}
	}
	for i := range wrapped {
		bad := bytes.Clone(wrapped)
		bad[i] ^= 0x40
		if _, _, err := outer.unwrap(&right, bad); !errors.Is(err, ErrTampered) {
			t.Errorf("byte %d changed: %v", i, err)
		}
	}
}

// Whoever holds the org's key could wrap a key with the commitment of another. It must not be taken.
func TestUnwrap_ChecksTheCommitment(t *testing.T) {
	t.Parallel()
	s, other, kek := newSecret(), newSecret(), newSecret()
	outer := derive(&kek, purposeOrg)
	w := wrapping{purpose: purposeStream, org: "a", stream: "b"}
	wrapped := outer.wrap(&w, &s, derive(&other, purposeStream).commit)
	if _, _, err := outer.unwrap(&w, wrapped); !errors.Is(err, ErrTampered) || !strings.Contains(err.Error(), "commitment") {
		t.Errorf("unwrap: %v", err)
	}
}

func BenchmarkSeal1KiB(b *testing.B) {
	k, plain, aad := testKey(), make([]byte, 1024), AAD(newStream(), uuid.New(), "nordvik/app.Submitted")
	dst := make([]byte, 0, len(plain)+Overhead)
	b.SetBytes(int64(len(plain)))
	b.ReportAllocs()
	for b.Loop() {
		dst = k.Seal(dst[:0], plain, aad)
	}
}

func BenchmarkOpen1KiB(b *testing.B) {
	k, plain, aad := testKey(), make([]byte, 1024), AAD(newStream(), uuid.New(), "nordvik/app.Submitted")
	sealed := k.Seal(nil, plain, aad)
	dst := make([]byte, 0, len(plain))
	b.SetBytes(int64(len(plain)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.Open(dst, sealed, aad); err != nil {
			b.Fatal(err)
		}
	}
}
