package maskinporten

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestClassify(t *testing.T) {
	t.Parallel()
	tests := []struct {
		status             int
		oauth, description string
		code               string
		class              Class
	}{
		{400, "invalid_grant", "Invalid assertion (MP-124)", "MP-124", Key},
		{400, "invalid_grant", "MP-121 expired", "MP-121", Key},
		{500, "server_error", "wrapped MP-250", "MP-250", Permission}, // the code counts more than the status
		{403, "invalid_scope", "MP-251", "MP-251", Permission},
		{400, "invalid_request", "MP-999: something new", "MP-999", Configuration},
		{503, "", "", "", Transient},
		{429, "", "", "", Transient},
		{408, "", "", "", Transient},
		{425, "", "", "", Transient},
		{501, "", "", "", Configuration},
		{400, "invalid_grant", "iat is in the future", "", Clock},
		{400, "invalid_target", "resource has a fragment", "", Configuration},
		{403, "", "", "", Permission},
		{404, "", "", "", Configuration},
		{204, "", "", "", Configuration},
		{400, "<script>", "", "", Configuration},
	}
	for _, tt := range tests {
		e := classify(tt.status, tt.oauth, tt.description)
		if e.Code != tt.code || e.Class != tt.class || e.Hint == "" || e.Status != tt.status {
			t.Errorf("%d %s %q: got %s %s", tt.status, tt.oauth, tt.description, e.Code, e.Class)
		}
		if e.OAuth == "<script>" {
			t.Error("free text was taken for the name of an error")
		}
	}
}

func TestWait_GrowsAndIsBounded(t *testing.T) {
	t.Parallel()
	for attempt := 1; attempt < attempts; attempt++ {
		for range 100 {
			if d := wait(attempt, &Error{Class: Transient}); d < 0 || d >= firstWait<<(attempt-1) {
				t.Fatalf("attempt %d waits %s", attempt, d)
			}
		}
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "-7": 0, "soon": 0, "99999999999999": 0,
		"Thu, 15 Jan 2026 12:00:09 GMT": 9 * time.Second, "Thu, 15 Jan 2026 11:00:09 GMT": 0,
	} {
		if got := retryAfter(value, now); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
}

func TestSleep_EndsWithTheContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := sleep(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := sleep(context.Background(), 0); err != nil {
		t.Errorf("a wait of nothing: %v", err)
	}
}
