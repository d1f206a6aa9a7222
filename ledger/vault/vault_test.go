package vault

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

func TestCreate_SameStreamSameKey(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	v := openVault(t, o)
	stream := newStream()
	first := create(t, v, "nordvik", stream)
	sealed := first.Seal(nil, []byte("hello"), nil)
	if again := create(t, v, "nordvik", stream); again.Commitment() != first.Commitment() {
		t.Error("another key from the cache")
	}
	v.forget(stream)
	if again := create(t, v, "nordvik", stream); again.Commitment() != first.Commitment() {
		t.Error("another key from the database")
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	k, err := openVault(t, o).Key(t.Context(), stream)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := k.Open(nil, sealed, nil); err != nil || string(got) != "hello" {
		t.Errorf("after reopening: %q, %v", got, err)
	}
	if k.Stream() != stream || k.Org() != "nordvik" {
		t.Errorf("key of %s, %s", k.Stream(), k.Org())
	}
}

func TestCreate_EveryStreamItsOwnKey(t *testing.T) {
	t.Parallel()
	v := openVault(t, testOptions(t))
	a, b := create(t, v, "nordvik", newStream()), create(t, v, "nordvik", newStream())
	if _, err := b.Open(nil, a.Seal(nil, []byte("x"), nil), nil); !errors.Is(err, ErrTampered) {
		t.Errorf("one stream's key opens another's: %v", err)
	}
}

func TestCreate_Refuses(t *testing.T) {
	t.Parallel()
	v := openVault(t, testOptions(t))
	stream := newStream()
	create(t, v, "nordvik", stream)
	for name, c := range map[string]struct {
		org, stream string
		want        error
	}{
		"other org":        {"sorvik", stream, ErrOtherOrg},
		"no org":           {"", stream, ErrInvalid},
		"no stream":        {"nordvik", "", ErrInvalid},
		"long stream":      {"nordvik", strings.Repeat("s", 129), ErrInvalid},
		"unprintable":      {"nordvik", "a\nb", ErrInvalid},
		"not even UTF-8":   {"nord\xff", stream, ErrInvalid},
		"other org, again": {"sorvik", stream, ErrOtherOrg},
	} {
		if _, err := v.Create(t.Context(), c.org, c.stream); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	v.forget(stream)
	if _, err := v.Create(t.Context(), "sorvik", stream); !errors.Is(err, ErrOtherOrg) {
		t.Errorf("other org, from the database: %v", err)
	}
}

func TestKey_OfUnknownStream(t *testing.T) {
	t.Parallel()
	v := openVault(t, testOptions(t))
	if _, err := v.Key(t.Context(), "instance-none"); !errors.Is(err, ErrNoKey) {
		t.Errorf("Key: %v", err)
	}
	if err := v.Erase(t.Context(), "instance-none"); !errors.Is(err, ErrNoKey) {
		t.Errorf("Erase: %v", err)
	}
}

func TestVault_EndedContext(t *testing.T) {
	t.Parallel()
	v := openVault(t, testOptions(t))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, createErr := v.Create(ctx, "nordvik", "s")
	_, keyErr := v.Key(ctx, "s")
	for what, err := range map[string]error{"Create": createErr, "Key": keyErr, "Erase": v.Erase(ctx, "s"), "Rewrap": v.Rewrap(ctx, testMaster())} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestVault_Closed(t *testing.T) {
	t.Parallel()
	v := openVault(t, testOptions(t))
	if err := errors.Join(v.Close(), v.Close()); err != nil {
		t.Fatal(err)
	}
	_, createErr := v.Create(t.Context(), "nordvik", "s")
	_, keyErr := v.Key(t.Context(), "s")
	for what, err := range map[string]error{"Create": createErr, "Key": keyErr, "Erase": v.Erase(t.Context(), "s")} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestOpen_Refuses(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	if _, err := Open(t.Context(), Options{Path: o.Path}); err == nil {
		t.Error("opened without a master key")
	}
	if _, err := Open(t.Context(), Options{Path: o.Path, Master: o.Master, CacheSize: -1}); err == nil {
		t.Error("opened with a negative cache")
	}
	v := openVault(t, o)
	if _, err := Open(t.Context(), o); !errors.Is(err, ErrLocked) {
		t.Errorf("second vault: %v", err)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	other := o
	other.Master = testMaster()
	if _, err := Open(t.Context(), other); !errors.Is(err, ErrWrongMaster) || !strings.Contains(err.Error(), o.Master.ID()) {
		t.Errorf("other master key: %v", err)
	}
	openVault(t, o)
}

func TestKey_CacheIsBounded(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	o.CacheSize = 3
	v := openVault(t, o)
	want := map[string][32]byte{}
	for range 10 {
		k := create(t, v, "nordvik", newStream())
		want[k.Stream()] = k.Commitment()
	}
	if v.keys.Len() != 3 {
		t.Errorf("%d keys in memory", v.keys.Len())
	}
	for stream, commitment := range want {
		if k, err := v.Key(t.Context(), stream); err != nil || k.Commitment() != commitment {
			t.Errorf("%s: %v", stream, err)
		}
	}
}

func TestCreate_ManyAtOnce(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	v := openVault(t, o)
	const writers, streams = 32, 20
	var names []string
	for range streams {
		names = append(names, newStream())
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	got := map[string][32]byte{}
	for w := range writers {
		wg.Go(func() {
			for i := range streams {
				n := (i + w) % streams
				k, err := v.Create(t.Context(), fmt.Sprint("org", n%3), names[n])
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if before, ok := got[names[n]]; ok && before != k.Commitment() {
					t.Errorf("two keys of %s", names[n])
				}
				got[names[n]] = k.Commitment()
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	v = openVault(t, o)
	for stream, commitment := range got {
		if k, err := v.Key(t.Context(), stream); err != nil || k.Commitment() != commitment {
			t.Errorf("after reopening, %s: %v", stream, err)
		}
	}
}

// The keys of the database are worth nothing to whoever changes or moves them.
func TestKey_RefusesAChangedDatabase(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	v := openVault(t, o)
	a, b := newStream(), newStream()
	create(t, v, "nordvik", a)
	create(t, v, "sorvik", b)
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	cases := map[string]string{
		"key of another stream":  "UPDATE streams SET wrapped = (SELECT wrapped FROM streams WHERE no = 2) WHERE no = 1",
		"stream of another org":  "UPDATE streams SET org = 2 WHERE no = 1",
		"key of another org":     "UPDATE orgs SET wrapped = (SELECT wrapped FROM orgs WHERE no = 2) WHERE no = 1",
		"empty key":              "UPDATE streams SET wrapped = x'' WHERE no = 1",
		"empty key of the org":   "UPDATE orgs SET wrapped = x'' WHERE no = 1",
		"renamed stream":         "UPDATE streams SET name = CASE no WHEN 1 THEN 'x' ELSE name END; UPDATE streams SET name = '" + a + "' WHERE no = 2",
		"renamed org":            "UPDATE orgs SET name = 'vestvik' WHERE no = 1",
		"half a key":             "UPDATE streams SET wrapped = substr(wrapped, 1, 40) WHERE no = 1",
		"commitment of another":  "UPDATE streams SET wrapped = CAST(substr(wrapped, 1, 17) || zeroblob(32) || substr(wrapped, 50) AS BLOB) WHERE no = 1",
		"other kind of the row":  "UPDATE streams SET wrapped = CAST(x'07' || substr(wrapped, 2) AS BLOB) WHERE no = 1",
		"streams change places":  "UPDATE streams SET org = 3 - org",
		"both keys change place": "UPDATE streams SET wrapped = (SELECT s.wrapped FROM streams s WHERE s.no = 3 - streams.no)",
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changed := Options{Path: copyDatabase(t, o.Path), Master: o.Master}
			execute(t, changed.Path, change)
			if _, err := openVault(t, changed).Key(t.Context(), a); !errors.Is(err, ErrTampered) {
				t.Errorf("Key: %v", err)
			}
		})
	}
}

func TestRewrap_RefusesAChangedDatabaseAndChangesNothing(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	v := openVault(t, o)
	a, b := newStream(), newStream()
	want := create(t, v, "nordvik", a).Commitment()
	create(t, v, "nordvik", b)
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	execute(t, o.Path, "UPDATE streams SET wrapped = (SELECT wrapped FROM streams WHERE no = 1) WHERE no = 2")
	v = openVault(t, o)
	if err := v.Rewrap(t.Context(), testMaster()); !errors.Is(err, ErrTampered) {
		t.Fatalf("Rewrap: %v", err)
	}
	create(t, v, "nordvik", newStream())
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	if k, err := openVault(t, o).Key(t.Context(), a); err != nil || k.Commitment() != want {
		t.Errorf("Key: %v", err)
	}
}

// Whatever is done in whatever order, the vault answers as a plain map would.
func TestVault_BehavesAsItsModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		o := testOptions(t)
		o.CacheSize = rapid.IntRange(1, 3).Draw(rt, "cache")
		m := &model{o: o, v: openVault(t, o), t: t, keys: map[string]modelKey{}}
		defer func() { m.v.Close() }()
		rt.Repeat(map[string]func(*rapid.T){"create": m.create, "key": m.key, "erase": m.erase, "rewrap": m.rewrap, "reopen": m.reopen})
	})
}

type modelKey struct {
	org        string
	commitment [32]byte
	erased     bool
}

type model struct {
	o    Options
	v    *Vault
	t    *testing.T
	keys map[string]modelKey
}

func (m *model) stream(rt *rapid.T) string {
	return fmt.Sprint("instance-", rapid.IntRange(0, 5).Draw(rt, "stream"))
}

func (m *model) create(rt *rapid.T) {
	stream, org := m.stream(rt), fmt.Sprint("org", rapid.IntRange(0, 1).Draw(rt, "org"))
	known, exists := m.keys[stream]
	k, err := m.v.Create(m.t.Context(), org, stream)
	switch {
	case !exists && err == nil:
		m.keys[stream] = modelKey{org: org, commitment: k.Commitment()}
	case !exists:
		rt.Fatal(err)
	case known.erased:
		want(rt, err, ErrErased)
	case known.org != org:
		want(rt, err, ErrOtherOrg)
	case err != nil || k.Commitment() != known.commitment:
		rt.Fatalf("create again: %v", err)
	}
}

func (m *model) key(rt *rapid.T) {
	stream := m.stream(rt)
	known, exists := m.keys[stream]
	k, err := m.v.Key(m.t.Context(), stream)
	switch {
	case !exists:
		want(rt, err, ErrNoKey)
	case known.erased:
		want(rt, err, ErrErased)
	case err != nil || k.Commitment() != known.commitment || k.Org() != known.org:
		rt.Fatalf("key: %v", err)
	}
}

func (m *model) erase(rt *rapid.T) {
	stream := m.stream(rt)
	known, exists := m.keys[stream]
	err := m.v.Erase(m.t.Context(), stream)
	if !exists {
		want(rt, err, ErrNoKey)
		return
	}
	want(rt, err, nil)
	known.erased = true
	m.keys[stream] = known
}

func (m *model) rewrap(rt *rapid.T) {
	m.o.Master = testMaster()
	want(rt, m.v.Rewrap(m.t.Context(), m.o.Master), nil)
}

func (m *model) reopen(rt *rapid.T) {
	want(rt, m.v.Close(), nil)
	m.v = openVault(m.t, m.o)
}

func want(rt *rapid.T, got, want error) {
	if !errors.Is(got, want) {
		rt.Fatalf("error %v, want %v", got, want)
	}
}

// execute changes a database behind the vault's back.
func execute(t *testing.T, path, change string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(change)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}
