package apps_test

import (
	"errors"
	"strconv"
	"sync"
	"testing"

	"github.com/hovedbok/hovedbok/apps"
)

func TestCache_MakesOnce(t *testing.T) {
	t.Parallel()
	var cache apps.Cache[*int]
	made, begun := 0, make(chan struct{})
	build := func() (*int, error) {
		made++ // by one goroutine, or the race detector tells
		<-begun
		return new(int), nil
	}
	var all [8]*int
	var wg sync.WaitGroup
	for i := range all {
		wg.Go(func() { all[i], _ = cache.Get("ttd/a@1", build) })
	}
	close(begun)
	wg.Wait()
	for _, one := range all {
		if one == nil || one != all[0] || made != 1 {
			t.Fatalf("made %d times: %v", made, all)
		}
	}
}

func TestCache_MakesAgainWhatFailed(t *testing.T) {
	t.Parallel()
	var cache apps.Cache[int]
	failure := errors.New("disk")
	if _, err := cache.Get("ttd/a@1", func() (int, error) { return 0, failure }); !errors.Is(err, failure) {
		t.Errorf("error %v", err)
	}
	if n, err := cache.Get("ttd/a@1", func() (int, error) { return 7, nil }); n != 7 || err != nil {
		t.Errorf("then %d, error %v", n, err)
	}
}

func TestCache_ForgetsWhatWasUsedLongAgo(t *testing.T) {
	t.Parallel()
	var cache apps.Cache[int]
	made := map[string]int{}
	get := func(key string) {
		if _, err := cache.Get(key, func() (int, error) { made[key]++; return 0, nil }); err != nil {
			t.Fatal(err)
		}
	}
	get("old")
	for i := range 300 {
		get("used")
		get(strconv.Itoa(i))
	}
	get("old")
	if made["old"] != 2 || made["used"] != 1 {
		t.Errorf("the old one is made %d times, the one in use %d times", made["old"], made["used"])
	}
}
