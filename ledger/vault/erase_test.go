package vault

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func copyDatabase(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), filepath.Base(path))
	if err := os.WriteFile(out, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestErase_IsForEver(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	now := testTime
	o.Now = func() time.Time { return now }
	v := openVault(t, o)
	stream := newStream()
	create(t, v, "nordvik", stream)
	for i := range 3 {
		if err := v.Erase(t.Context(), stream); err != nil {
			t.Fatalf("time %d: %v", i+1, err)
		}
		now = now.Add(time.Hour)
	}
	check := func(v *Vault) {
		_, keyErr := v.Key(t.Context(), stream)
		_, createErr := v.Create(t.Context(), "nordvik", stream)
		for what, err := range map[string]error{"Key": keyErr, "Create": createErr} {
			var erased *ErasedError
			if !errors.Is(err, ErrErased) || !errors.As(err, &erased) || !erased.At.Equal(testTime) || erased.Stream != stream {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
	check(v)
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	check(openVault(t, o))
}

func TestErase_SparesTheOthers(t *testing.T) {
	t.Parallel()
	v := openVault(t, testOptions(t))
	gone, other := newStream(), newStream()
	create(t, v, "nordvik", gone)
	before := create(t, v, "nordvik", other)
	if err := v.Erase(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	v.forget(other)
	if k, err := v.Key(t.Context(), other); err != nil || k.Commitment() != before.Commitment() {
		t.Errorf("another stream's key: %v", err)
	}
}

// Many streams over many pages, created, checkpointed, rewrapped and erased in random order: whatever SQLite has moved
// where, no file holds a piece of an erased key, nor of one that was replaced by a rewrap.
func TestErase_LeavesNoBytesInAnyFile(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, 1))
			o := testOptions(t)
			v := openVault(t, o)
			var marks [][]byte
			for range 6 {
				streams := fill(t, v, 200)
				if random.IntN(2) == 0 {
					marks = append(marks, marksOf(t, v, streams)...)
					o.Master = testMaster()
					if err := v.Rewrap(t.Context(), o.Master); err != nil {
						t.Fatal(err)
					}
				}
				random.Shuffle(len(streams), func(i, j int) { streams[i], streams[j] = streams[j], streams[i] })
				marks = append(marks, eraseAll(t, v, streams[:10])...)
			}
			if where := folderHolds(t, filepath.Dir(o.Path), marks...); where != "" {
				t.Fatalf("while open: a destroyed key is in %s", where)
			}
			if err := v.Close(); err != nil {
				t.Fatal(err)
			}
			if where := folderHolds(t, filepath.Dir(o.Path), marks...); where != "" {
				t.Fatalf("after Close: a destroyed key is in %s", where)
			}
		})
	}
}

func fill(t *testing.T, v *Vault, n int) (streams []string) {
	t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range n / 8 {
				k, err := v.Create(t.Context(), "nordvik", newStream())
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				streams = append(streams, k.Stream())
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return streams
}

// marksOf gives pieces of the wrapped keys: any of them in a file means that the key, or part of it, is still there.
func marksOf(t *testing.T, v *Vault, streams []string) (marks [][]byte) {
	t.Helper()
	for _, s := range streams {
		w := stored(t, v, s)
		marks = append(marks, w[sealedAt:sealedAt+16], w[sealedAt+16:sealedAt+32], w[len(w)-24:])
	}
	return marks
}

func eraseAll(t *testing.T, v *Vault, streams []string) [][]byte {
	t.Helper()
	marks := marksOf(t, v, streams)
	if folderHolds(t, filepath.Dir(vaultPath(t, v)), marks...) == "" {
		t.Fatal("the test proves nothing: the keys are in no file before they are erased")
	}
	for _, s := range streams {
		if err := v.Erase(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	return marks
}

func vaultPath(t *testing.T, v *Vault) (path string) {
	t.Helper()
	st, err := v.file.Prepare(t.Context(), "SELECT file FROM pragma_database_list")
	if err != nil {
		t.Fatal(err)
	}
	if err := st.QueryRow().Scan(&path); err != nil {
		t.Fatal(err)
	}
	return path
}

// Readers and creators race with an erasure; once it has returned, nobody gets the key.
func TestErase_WinsAgainstConcurrentReaders(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	o.CacheSize = 2
	v := openVault(t, o)
	for range 20 {
		stream := newStream()
		create(t, v, "nordvik", stream)
		stop := make(chan struct{})
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for {
					_, keyErr := v.Key(t.Context(), stream)
					_, createErr := v.Create(t.Context(), "nordvik", stream)
					for _, err := range []error{keyErr, createErr} {
						if err != nil && !errors.Is(err, ErrErased) {
							t.Error(err)
						}
					}
					select {
					case <-stop:
						return
					default:
					}
				}
			})
		}
		if err := v.Erase(t.Context(), stream); err != nil {
			t.Error(err)
		}
		if _, err := v.Key(t.Context(), stream); !errors.Is(err, ErrErased) {
			t.Errorf("Key after Erase: %v", err)
		}
		close(stop)
		wg.Wait()
		if _, err := v.Key(t.Context(), stream); !errors.Is(err, ErrErased) {
			t.Errorf("Key after the race: %v", err)
		}
	}
}

// A key that was read before an erasure must not be put into the cache after it.
func TestRemember_NotAcrossAnErasure(t *testing.T) {
	t.Parallel()
	v := openVault(t, testOptions(t))
	stream := newStream()
	create(t, v, "nordvik", stream)
	seen := v.erasures()
	k, err := v.load(t.Context(), stream)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Erase(t.Context(), stream); err != nil {
		t.Fatal(err)
	}
	v.remember(k, seen)
	if _, err := v.Key(t.Context(), stream); !errors.Is(err, ErrErased) {
		t.Errorf("Key: %v", err)
	}
}

func TestRewrap_KeepsKeysAndChangesMaster(t *testing.T) {
	t.Parallel()
	o := testOptions(t)
	v := openVault(t, o)
	want := map[string][32]byte{}
	for i := range 50 {
		k := create(t, v, fmt.Sprint("org", i%3), newStream())
		want[k.Stream()] = k.Commitment()
	}
	gone := newStream()
	create(t, v, "org0", gone)
	if err := v.Erase(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	old := o
	o.Master = testMaster()
	if err := v.Rewrap(t.Context(), o.Master); err != nil {
		t.Fatal(err)
	}
	for _, org := range []string{"org1", "new-org"} {
		k := create(t, v, org, newStream())
		want[k.Stream()] = k.Commitment()
	}
	v.keys.Purge()
	checkKeys(t, v, want, gone)
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), old); !errors.Is(err, ErrWrongMaster) {
		t.Errorf("old master key: %v", err)
	}
	checkKeys(t, openVault(t, o), want, gone)
}

func checkKeys(t *testing.T, v *Vault, want map[string][32]byte, gone string) {
	t.Helper()
	for stream, commitment := range want {
		if k, err := v.Key(t.Context(), stream); err != nil || k.Commitment() != commitment {
			t.Errorf("%s: %v", stream, err)
		}
	}
	if _, err := v.Key(t.Context(), gone); !errors.Is(err, ErrErased) {
		t.Errorf("erased stream: %v", err)
	}
}
