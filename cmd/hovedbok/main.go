// Command hovedbok runs Altinn-style digital services on an append-only log. Run it without arguments for its commands.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// command is a subcommand. run gives the exit code.
type command struct {
	name, usage, about string
	run                func(ctx context.Context, args []string, stdout, stderr io.Writer) int
}

var commands = []command{
	{"demo", "[--data DIR | --ephemeral] [--listen ADDR] [--exit]", "start everything with the sample services and play a case through", cmdDemo},
	{"serve", "--config FILE", "run a node", cmdServe},
	{"replay", "INSTANCE [--at TIME | --revision N] [--events | --diff FROM..TO]", "show what happened to an instance, and its state at any time", cmdReplay},
	{"parked", "[list | retry ID… | retry --all | discard ID… --why TEXT] [--data DIR]", "see and mend what a saga could not do", cmdParked},
	{"app", "lint DIR… | show DIR | new DIR", "check, show and make app folders", cmdApp},
	{"hammer", "[--kill] [--chains N] [--duration D]", "load a node, kill it, and count what was lost", cmdHammer},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		help(stdout)
		return exitOK
	}
	for _, c := range commands {
		if c.name == args[0] {
			return c.run(ctx, args[1:], stdout, stderr)
		}
	}
	fmt.Fprintf(stderr, "hovedbok: there is no command %q; run hovedbok help\n", args[0])
	return exitUsage
}

func help(w io.Writer) {
	fmt.Fprintln(w, "hovedbok runs digital services and keeps every change as an event.\n\nCommands:")
	for _, c := range commands {
		fmt.Fprintf(w, "  hovedbok %s %s\n      %s\n", c.name, c.usage, c.about)
	}
	fmt.Fprintln(w, "\nRun a command with --help for its flags.")
}

// parse reads flags; ok is false when the command must end with the exit code.
func parse(flags *flag.FlagSet, args []string, stdout, stderr io.Writer) (code int, ok bool) {
	flags.SetOutput(io.Discard)
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		flags.SetOutput(stdout)
		fmt.Fprintf(stdout, "Flags of hovedbok %s:\n", flags.Name())
		flags.PrintDefaults()
		return exitOK, false
	case err != nil:
		return usage(stderr, flags.Name(), err.Error()), false
	}
	return exitOK, true
}

// usage says in one line what is wrong with a call.
func usage(stderr io.Writer, name, message string) int {
	fmt.Fprintf(stderr, "hovedbok %s: %s\n", name, oneLine(message))
	return exitUsage
}

// failed says in one line why a command failed.
func failed(stderr io.Writer, name string, err error) int {
	fmt.Fprintf(stderr, "hovedbok %s: %s\n", name, oneLine(err.Error()))
	return exitFailed
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
