package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime/debug"

	"github.com/hovedbok/hovedbok/node"
)

// cmdServe runs a node on a configuration file until it is told to stop.
func cmdServe(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	config := flags.String("config", "hovedbok.yaml", "configuration `file`")
	verbose := flags.Bool("verbose", false, "log also what is only of interest when something is wrong")
	if code, ok := parse(flags, args, stdout, stderr); !ok {
		return code
	}
	if flags.NArg() > 0 {
		return usage(stderr, "serve", "takes no arguments besides its flags")
	}
	c, err := node.ReadConfig(*config)
	if err != nil {
		return usage(stderr, "serve", err.Error())
	}
	if err := serve(ctx, c, logger(stderr, *verbose), func(n *node.Node, l net.Listener) {
		fmt.Fprintf(stdout, "serving %d apps on http://%s\n", len(n.Catalogue.All()), l.Addr())
	}); err != nil {
		return failed(stderr, "serve", err)
	}
	return exitOK
}

func logger(w io.Writer, verbose bool) *slog.Logger {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}

// serve opens a node, says that it is ready, and runs it until ctx ends.
func serve(ctx context.Context, c node.Config, log *slog.Logger, ready func(*node.Node, net.Listener)) (err error) {
	l, err := net.Listen("tcp", orDefault(c.Listen, "127.0.0.1:8080"))
	if err != nil {
		return err
	}
	defer l.Close()
	n, err := node.Open(ctx, c, node.Options{Logger: log})
	if err != nil {
		return err
	}
	defer func() {
		if e := n.Close(); err == nil {
			err = e
		}
	}()
	debug.FreeOSMemory() // compiling policies and schemas leaves more behind than serving needs
	ready(n, l)
	return n.Serve(ctx, l)
}

func orDefault(s, def string) string {
	if s == "" {
		return def
	}
	return s
}
