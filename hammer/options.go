package hammer

import (
	"errors"
	"fmt"
	"io"
	"time"
)

// Mix says which work is done.
type Mix string

// The mixes of work.
const (
	MixCommands Mix = "commands" // single commands on instances of the writers' own
	MixChains   Mix = "chains"   // whole chains: A is created, filled in and submitted, until B is in the inbox
	MixBoth     Mix = "both"     // a quarter of the writers play chains, the others send single commands
)

// Defaults of Options.
const (
	DefaultWriters  = 64
	DefaultDuration = 10 * time.Second
	DefaultSettle   = 2 * time.Minute

	killDuration = 30 * time.Second // of a run with Kill that sets neither Duration nor Chains: about 40 s with start and count
	killsTimed   = 10               // kills of such a run
	killsCounted = 20               // kills of a run with Kill that counts chains
)

// Options say what is run. The zero value is a run of 10 s with both kinds of work and no kills.
type Options struct {
	Writers  int           // how many clients work at the same time; 0 means 64
	Duration time.Duration // how long the load lasts; 0 with Chains: until they are done, otherwise 10 s, or 30 s with Kill
	Chains   int           // how many chains are begun in all; 0 means no limit
	Rate     float64       // chains begun per second, whatever the node makes of them; 0: each client begins the next when B is there
	Mix      Mix           // "" means MixBoth

	Kill  bool   // kill the node at random moments
	Kills int    // how often; 0 means 20 in a run that counts chains, otherwise 10
	Seed  uint64 // of everything random; 0 takes one from the clock

	Data     string // data folder of the node; "" means a temporary one, removed when nothing was found wrong
	URL      string // a development node that runs already; it is neither killed nor verified
	Apps     string // folder with apps as <org>/<app>; "" means the sample services
	Register string // file with people and organisations; "" means that of the sample services

	Settle     time.Duration // how long to wait for one command, and at the end for all Bs; 0 means 2 minutes
	Executable string        // the program to start as "serve --config FILE"; required unless URL is set
	Progress   io.Writer     // hears what is going on, a line at a time; nil: nobody
}

// Complete checks the options and fills in defaults. Its errors tell the user which flags do not go together.
func (o *Options) Complete() error {
	if o.Mix == "" {
		o.Mix = MixBoth
	}
	if err := o.check(); err != nil {
		return err
	}
	if o.Writers == 0 {
		o.Writers = DefaultWriters
	}
	if o.Kill && o.Kills == 0 {
		o.Kills = killsTimed
		if o.Chains > 0 {
			o.Kills = killsCounted
		}
	}
	if o.Duration == 0 && o.Chains == 0 {
		o.Duration = DefaultDuration
		if o.Kill {
			o.Duration = killDuration
		}
	}
	if o.Settle == 0 {
		o.Settle = DefaultSettle
	}
	if o.Seed == 0 {
		o.Seed = uint64(time.Now().UnixNano())
	}
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	return nil
}

func (o *Options) check() error {
	switch {
	case o.Mix != MixCommands && o.Mix != MixChains && o.Mix != MixBoth:
		return fmt.Errorf("--mix is commands, chains or both, not %q", o.Mix)
	case o.Writers < 0 || o.Chains < 0 || o.Rate < 0 || o.Kills < 0 || o.Duration < 0 || o.Settle < 0:
		return errors.New("numbers and durations cannot be negative")
	case o.Mix == MixCommands && (o.Chains > 0 || o.Rate > 0):
		return errors.New("--chains and --rate are of chains; with --mix commands there are none")
	case o.Mix == MixBoth && o.Writers == 1:
		return errors.New("--mix both needs at least two writers")
	case o.Kills > 0 && !o.Kill:
		return errors.New("--kills goes with --kill")
	case o.URL != "" && o.Kill:
		return errors.New("--kill needs a node of its own; it does not go with --url")
	case o.URL != "" && (o.Data != "" || o.Apps != "" || o.Register != ""):
		return errors.New("--data, --apps and --register are of a node that is started here; they do not go with --url")
	case o.URL == "" && o.Executable == "":
		return errors.New("there is neither a program to start nor the address of a node")
	}
	return nil
}

// chainClients is how many clients play chains one after the other.
func (o *Options) chainClients() int {
	switch {
	case o.Mix == MixCommands:
		return 0
	case o.Mix == MixChains:
		return o.Writers
	}
	return max(1, o.Writers/4)
}

// commandClients is how many clients send single commands.
func (o *Options) commandClients() int {
	switch {
	case o.Mix == MixChains:
		return 0
	case o.Mix == MixCommands:
		return o.Writers
	}
	return o.Writers - o.chainClients()
}
