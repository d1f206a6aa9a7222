package sagas_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/record"
	"github.com/hovedbok/hovedbok/sagas"
)

// nothing is a handler that does nothing.
type nothing struct{}

func (nothing) Name() string                                { return "nothing" }
func (nothing) Filter() ledger.Filter                       { return ledger.Filter{} }
func (nothing) Handle(context.Context, *record.Entry) error { return nil }

// ready gives a runner over a log with n events in 200 streams.
func ready(b *testing.B, n int) (*bundle, *sagas.Runner) {
	w := newBundle(b)
	for i := range n {
		w.add(i % 200)
	}
	r, err := sagas.New(sagas.Options{Log: w.log, Store: w.store, Handlers: []sagas.Handler{nothing{}}, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	return w, r
}

// BenchmarkCatchUp is a handler that does nothing over a log of 20,000 events: subscription, opening, router, middleware, checkpoint.
func BenchmarkCatchUp(b *testing.B) {
	const events = 20000
	for b.Loop() {
		b.StopTimer()
		w, r := ready(b, events)
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error)
		b.StartTimer()
		go func() { done <- r.Run(ctx) }()
		if err := r.Wait(ctx, w.last); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		cancel()
		if err := <-done; err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(events*b.N)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkLive is one event after the other: from the end of its append until it is handled.
func BenchmarkLive(b *testing.B) {
	w, r := ready(b, 1)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- r.Run(ctx) }()
	if err := r.Wait(ctx, w.last); err != nil {
		b.Fatal(err)
	}
	var took []time.Duration
	for b.Loop() {
		at := w.add(1)
		began := time.Now()
		if err := r.Wait(ctx, at); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
	cancel()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
}
