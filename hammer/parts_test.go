package hammer

import (
	"context"
	"encoding/base64"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestOptions_Complete(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   Options
		says string // of the error; empty: none
		want func(Options) bool
	}{
		"alone": {Options{}, "", func(o Options) bool {
			return o.Duration == 10*time.Second && o.Writers == 64 && o.Mix == MixBoth && o.Kills == 0
		}},
		"kill alone":      {Options{Kill: true}, "", func(o Options) bool { return o.Duration == 30*time.Second && o.Kills == 10 }},
		"kill and chains": {Options{Kill: true, Chains: 9}, "", func(o Options) bool { return o.Duration == 0 && o.Kills == 20 }},
		"kills":           {Options{Kill: true, Kills: 3}, "", func(o Options) bool { return o.Kills == 3 }},
		"both clients":    {Options{Writers: 8}, "", func(o Options) bool { return o.chainClients() == 2 && o.commandClients() == 6 }},
		"two clients":     {Options{Writers: 2}, "", func(o Options) bool { return o.chainClients() == 1 && o.commandClients() == 1 }},
		"only chains":     {Options{Mix: MixChains, Writers: 3}, "", func(o Options) bool { return o.chainClients() == 3 && o.commandClients() == 0 }},
		"only commands":   {Options{Mix: MixCommands, Writers: 3}, "", func(o Options) bool { return o.chainClients() == 0 && o.commandClients() == 3 }},
		"seed":            {Options{}, "", func(o Options) bool { return o.Seed != 0 && o.Progress != nil && o.Settle > 0 }},
		"other mix":       {Options{Mix: "all"}, "--mix", nil},
		"negative":        {Options{Rate: -1}, "negative", nil},
		"no chains":       {Options{Mix: MixCommands, Chains: 1}, "--chains", nil},
		"one writer":      {Options{Writers: 1}, "two writers", nil},
		"kills, no kill":  {Options{Kills: 2}, "--kill", nil},
		"kill elsewhere":  {Options{Kill: true, URL: "http://x"}, "--url", nil},
		"data elsewhere":  {Options{Data: "d", URL: "http://x"}, "--data", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := c.in
			o.Executable = "hovedbok"
			err := o.Complete()
			switch {
			case c.says == "" && (err != nil || !c.want(o)):
				t.Errorf("%+v, error %v", o, err)
			case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)):
				t.Errorf("error %v, want %q", err, c.says)
			}
		})
	}
	if err := (&Options{}).Complete(); err == nil {
		t.Error("a run without program and address is not refused")
	}
}

func TestGate(t *testing.T) {
	t.Parallel()
	g := newGate()
	ended, end := context.WithCancel(t.Context())
	end()
	if g.pass(ended) == nil {
		t.Error("a gate that was never opened lets through")
	}
	g.open()
	g.open()
	if err := g.pass(t.Context()); err != nil {
		t.Error(err)
	}
	g.shut()
	g.shut()
	passed := make(chan error, 1)
	go func() { passed <- g.pass(t.Context()) }()
	select {
	case <-passed:
		t.Error("a shut gate lets through")
	default:
	}
	g.open()
	if err := <-passed; err != nil {
		t.Error(err)
	}
}

func TestRenewal_IsInTheMiddleOfATokensLife(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000_000, 0)
	valid := "e30." + base64.RawURLEncoding.EncodeToString([]byte(`{"exp":1000600}`)) + ".x"
	for text, want := range map[string]time.Duration{valid: 5 * time.Minute, "opaque": 5 * time.Minute, "a.b.c": 5 * time.Minute, strings.Replace(valid, "e30", "", 1): 5 * time.Minute} {
		if got := renewal(text, now).Sub(now); got != want {
			t.Errorf("%s is renewed after %v, want %v", text, got, want)
		}
	}
	long := "e30." + base64.RawURLEncoding.EncodeToString([]byte(`{"exp":1007200}`)) + ".x"
	if got := renewal(long, now).Sub(now); got != time.Hour {
		t.Errorf("a token of two hours is renewed after %v", got)
	}
}

func TestSchedule_SpreadsTheKills(t *testing.T) {
	t.Parallel()
	got := schedule(20, rand.New(rand.NewPCG(1, 2)))
	if len(got) != 20 || !slices.IsSorted(got) || got[0] < 0.05 || got[19] > 0.95 {
		t.Errorf("kills at %v", got)
	}
	for i, at := range got {
		if low := 0.05 + 0.9*float64(i)/20; at < low || at > low+0.9/20 {
			t.Errorf("kill %d at %v", i, at)
		}
	}
}

func TestParseResident(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{
		"Name:\thovedbok\nVmHWM:\t  999 kB\nVmRSS:\t    2048 kB\nThreads: 9": 2, "VmRSS:": 0, "VmRSS: much": 0, "": 0,
	} {
		if got := parseResident([]byte(text)); got != want {
			t.Errorf("%q gives %v, want %v", text, got, want)
		}
	}
}

func TestSampler_TakesMeanAndPeak(t *testing.T) {
	t.Parallel()
	s := &sampler{pid: func() int { return 0 }}
	s.idle()
	for _, mib := range []float64{10, 0, 30} { // 0: it was down
		s.sample(mib)
	}
	if got := s.memory(); got != (Memory{Idle: 0, Mean: 20, Peak: 30}) {
		t.Errorf("memory %+v", got)
	}
}

func TestTransportCode(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{"timeout": context.DeadlineExceeded, "stopped": context.Canceled, "connection": errors.New("refused")} {
		if got := transportCode(err); got != want {
			t.Errorf("%v is %s, want %s", err, got, want)
		}
	}
}

func TestPatchBody(t *testing.T) {
	t.Parallel()
	for fresh, want := range map[bool]string{
		true:  `{"patches":[{"dataElementId":"e","patch":[{"op":"add","path":"/soeker","value":{"kontaktperson":"v"}}]}]}`,
		false: `{"patches":[{"dataElementId":"e","patch":[{"op":"replace","path":"/soeker/kontaktperson","value":"v"}]}]}`,
	} {
		if got := string(patchBody("e", contact, "v", fresh)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
