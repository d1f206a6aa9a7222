package identity_test

import (
	"context"
	"testing"

	"github.com/hovedbok/hovedbok/identity"
	"github.com/hovedbok/hovedbok/identity/identitytest"
)

func BenchmarkVerifyKnownToken(b *testing.B) {
	w := identitytest.New(b)
	raw := w.PersonToken(identitytest.Ase, 4)
	v := realClock(b, w)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Verify(context.Background(), raw); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyKnownTokenParallel(b *testing.B) {
	w := identitytest.New(b)
	raw := w.PersonToken(identitytest.Ase, 4)
	v := realClock(b, w)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := v.Verify(context.Background(), raw); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

func BenchmarkVerifyNewToken(b *testing.B) {
	w := identitytest.New(b)
	raw := w.PersonToken(identitytest.Ase, 4)
	b.ReportAllocs()
	for b.Loop() {
		w.Verifier.Forget()
		if _, err := w.Verifier.Verify(context.Background(), raw); err != nil {
			b.Fatal(err)
		}
	}
}

// realClock gives a verifier that reads a clock without a lock, as the program does.
func realClock(b *testing.B, w *identitytest.World) *identity.Verifier {
	b.Helper()
	now := w.Clock.Now()
	v, err := identity.NewVerifier(identity.Options{
		Issuers: w.Issuer.Issuers(), Directory: w.Register, HTTPClient: w.HTTP, Clock: now.Local,
	})
	if err != nil {
		b.Fatal(err)
	}
	return v
}
