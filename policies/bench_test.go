package policies

import (
	"fmt"
	"testing"
)

// benchmarkApps is n apps with the standard policy.
func benchmarkApps(b *testing.B, n int) []App {
	b.Helper()
	apps := make([]App, n)
	for i := range apps {
		apps[i] = sampleApp(b, "standard", fmt.Sprintf("ttd/app-%d", i))
	}
	return apps
}

func benchmarkDecide(b *testing.B, e *Engine, r Request, want Code) {
	b.Helper()
	if d := mustDecide(b, e, r); d.Code != want {
		b.Fatalf("code %s, want %s", d.Code, want)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.Decide(b.Context(), r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	for _, n := range []int{1, 100, 1000} {
		b.Run(fmt.Sprintf("permit/apps=%d", n), func(b *testing.B) {
			r := userRequest()
			r.Resource.App = "ttd/app-0"
			benchmarkDecide(b, newTestEngine(b, benchmarkApps(b, n)...), r, CodeOK)
		})
	}
	e := newTestEngine(b)
	roles := userRequest()
	for i := range 20 {
		roles.Subject.Keys = append(roles.Subject.Keys, fmt.Sprintf("role:a%04d", i))
	}
	b.Run("permit/roles=21", func(b *testing.B) { benchmarkDecide(b, e, roles, CodeOK) })
	b.Run("permit/owner", func(b *testing.B) { benchmarkDecide(b, e, ownerRequest(), CodeOK) })
	b.Run("permit/signee", func(b *testing.B) { benchmarkDecide(b, e, signeeRequest(), CodeOK) })
	b.Run("permit/app", func(b *testing.B) { benchmarkDecide(b, e, appRequest(), CodeOK) })
	denied := userRequest()
	denied.Resource.Party, denied.Subject.Keys = otherParty, nil
	b.Run("deny and report", func(b *testing.B) { benchmarkDecide(b, e, denied, CodeWrongParty) })
	b.Run("deny only", func(b *testing.B) { benchmarkDenyOnly(b, e, denied) })
}

func benchmarkDenyOnly(b *testing.B, e *Engine, r Request) {
	s := e.current.Load()
	input, err := e.input(&r)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if allow, err := s.permits(b.Context(), input, e.decisionLimit); allow || err != nil {
			b.Fatal(allow, err)
		}
	}
}

func BenchmarkInput(b *testing.B) {
	e := newTestEngine(b)
	r := userRequest()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.input(&r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecideActions(b *testing.B) {
	e := newTestEngine(b)
	wanted := map[string]Mode{"read": Read, "write": Write, "delete": Write, "confirm": Write, "reject": Write, "sign": Write, "pay": Write, "complete": Write}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.DecideActions(b.Context(), userRequest(), wanted); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPublish(b *testing.B) {
	for _, n := range []int{1, 300, 1000} {
		b.Run(fmt.Sprintf("versions=%d", n), func(b *testing.B) {
			policy := samplePolicy(b, "standard", "ttd/demo")
			apps := make([]App, n)
			for i := range apps {
				apps[i] = App{Key: fmt.Sprintf("ttd/demo@%d", i), Policy: policy}
			}
			e := newTestEngine(b, apps...)
			b.ReportAllocs()
			for b.Loop() {
				if err := e.Publish(b.Context(), apps); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("apps=1000", func(b *testing.B) {
		apps := benchmarkApps(b, 1000)
		b.ReportAllocs()
		for b.Loop() {
			newTestEngine(b, apps...)
		}
	})
}

// listProfiles is n parties in k profiles of different roles.
func listProfiles(n, k int) []Profile {
	profiles := make([]Profile, k)
	roles := []string{"dagl", "regna", "revi"}
	for i := range n {
		p := &profiles[i%k]
		p.Parties = append(p.Parties, 1000+i)
		p.Keys = UserKeys(1, "", []string{roles[i%k%3], fmt.Sprintf("x%d", i%k)}, []string{"skatt"})
	}
	return profiles
}

func BenchmarkFilter(b *testing.B) {
	for _, size := range []struct{ apps, parties, profiles int }{{10, 1, 1}, {100, 10, 3}, {1000, 100, 3}} {
		name := fmt.Sprintf("apps=%d/parties=%d/profiles=%d", size.apps, size.parties, size.profiles)
		e := newTestEngine(b, benchmarkApps(b, size.apps)...)
		r := ListRequest{Subject: userRequest().Subject, Profiles: listProfiles(size.parties, size.profiles), Now: testTime}
		r.Subject.Keys = nil
		b.Run(name+"/compile", func(b *testing.B) { benchmarkFilter(b, e, r, true) })
		b.Run(name+"/cached", func(b *testing.B) { benchmarkFilter(b, e, r, false) })
	}
}

func benchmarkFilter(b *testing.B, e *Engine, r ListRequest, fresh bool) {
	b.ReportAllocs()
	for b.Loop() {
		if fresh {
			e.current.Load().filters = newFilterCache()
		}
		c, err := e.Filter(b.Context(), r)
		if err != nil || c.None {
			b.Fatal(c.None, err)
		}
		if _, _, err := c.Render(SQLite, 1); err != nil {
			b.Fatal(err)
		}
	}
}
