package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/hovedbok/hovedbok/hammer"
)

// cmdHammer loads a node, kills it when asked to, and counts what was lost. Anything that was lost, duplicated, skipped or not done at
// all gives exit code 1.
func cmdHammer(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("hammer", flag.ContinueOnError)
	o := hammer.Options{Progress: stderr}
	mix := hammerFlags(flags, &o)
	nodes := flags.Int("nodes", 1, "number of nodes; only 1 for now")
	asJSON := flags.String("json", "", "write the result as JSON to `file` as well")
	quiet := flags.Bool("quiet", false, "say nothing before the result")
	if code, ok := parse(flags, args, stdout, stderr); !ok {
		return code
	}
	if *quiet {
		o.Progress = io.Discard
	}
	o.Mix = hammer.Mix(*mix)
	if err := completeHammer(flags, *nodes, &o); err != nil {
		return usage(stderr, "hammer", err.Error())
	}
	result, err := hammer.Run(ctx, o)
	if err != nil {
		return failed(stderr, "hammer", hammerError(result, err))
	}
	return reportHammer(result, *asJSON, stdout, stderr)
}

// hammerFlags declares the flags that go straight into the options.
func hammerFlags(flags *flag.FlagSet, o *hammer.Options) (mix *string) {
	flags.IntVar(&o.Writers, "writers", hammer.DefaultWriters, "`number` of clients that work at the same time")
	flags.DurationVar(&o.Duration, "duration", 0, "how long the load lasts (default 10s, with --kill 30s; with --chains until they are done)")
	flags.IntVar(&o.Chains, "chains", 0, "`number` of chains in all (0: no limit)")
	flags.Float64Var(&o.Rate, "rate", 0, "chains begun per second, whatever becomes of them (0: each client begins the next when B is there)")
	flags.BoolVar(&o.Kill, "kill", false, "kill the node with SIGKILL at random moments and start it again")
	flags.IntVar(&o.Kills, "kills", 0, "how often (default 10, with --chains 20)")
	flags.Uint64Var(&o.Seed, "seed", 0, "seed of everything random (0: from the clock)")
	flags.StringVar(&o.Data, "data", "", "data `folder` of the node (default a temporary one)")
	flags.StringVar(&o.URL, "url", "", "`address` of a development node that runs already; it is neither killed nor verified")
	flags.StringVar(&o.Apps, "apps", "", "`folder` with apps as <org>/<app> (default the sample services)")
	flags.StringVar(&o.Register, "register", "", "`file` with people and organisations (default that of the sample services)")
	return flags.String("mix", string(hammer.MixBoth), "`work` to do: commands, chains or both")
}

// completeHammer checks what was asked for. Its errors are the user's to mend.
func completeHammer(flags *flag.FlagSet, nodes int, o *hammer.Options) (err error) {
	switch {
	case flags.NArg() > 0:
		return fmt.Errorf("takes no arguments besides its flags, such as %q", flags.Arg(0))
	case nodes != 1:
		return fmt.Errorf("--nodes %d: only one node can be hammered for now", nodes)
	case o.Writers < 1:
		return fmt.Errorf("--writers %d: there must be at least one", o.Writers)
	}
	if o.URL == "" {
		if o.Executable, err = os.Executable(); err != nil {
			return fmt.Errorf("the program does not know where it is: %w", err)
		}
	}
	return o.Complete()
}

// hammerError adds where to look to a failure of the run.
func hammerError(r *hammer.Result, err error) error {
	if r == nil || r.Kept == "" {
		return err
	}
	return fmt.Errorf("%w (kept for a closer look: %s)", err, r.Kept)
}

func reportHammer(r *hammer.Result, asJSON string, stdout, stderr io.Writer) int {
	if err := r.Write(stdout); err != nil {
		return failed(stderr, "hammer", err)
	}
	if asJSON != "" {
		if err := r.WriteJSON(asJSON); err != nil {
			return failed(stderr, "hammer", err)
		}
	}
	if !r.OK() {
		return exitFailed
	}
	return exitOK
}
