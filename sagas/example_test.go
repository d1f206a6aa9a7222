package sagas_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hovedbok/hovedbok/sagas"
)

// A breaker turns calls to a system that is down into waits, so that events keep their attempts.
func ExampleBreaker() {
	b := sagas.NewBreaker(sagas.BreakerOptions{Target: "eFormidling", Failures: 2, Pause: time.Minute})
	send := func(context.Context) error { return errors.New("connection refused") }
	for range 3 {
		err := b.Do(context.Background(), send)
		_, waits := sagas.IsWaiting(err)
		fmt.Println(err, waits)
	}
	// Output:
	// connection refused false
	// connection refused false
	// eFormidling is down true
}
