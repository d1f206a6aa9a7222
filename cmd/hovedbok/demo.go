package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/hovedbok/hovedbok/examples"
	"github.com/hovedbok/hovedbok/node"
)

// cmdDemo starts a node with the sample services, plays a case through the HTTP API, and keeps serving.
func cmdDemo(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	data := flags.String("data", "data", "data `folder`; an earlier demo's is gone on with")
	ephemeral := flags.Bool("ephemeral", false, "use a fresh temporary folder and remove it at the end")
	listen := flags.String("listen", "127.0.0.1:8080", "`address` to serve on; loopback only")
	exit := flags.Bool("exit", false, "stop after the scenario; the exit code is 0 only if every step did what it should")
	verbose := flags.Bool("verbose", false, "log what the node does")
	if code, ok := parse(flags, args, stdout, stderr); !ok {
		return code
	}
	if flags.NArg() > 0 {
		return usage(stderr, "demo", "takes no arguments besides its flags")
	}
	dir := *data
	if *ephemeral {
		var err error
		if dir, err = os.MkdirTemp("", "hovedbok-"); err != nil {
			return failed(stderr, "demo", err)
		}
		defer os.RemoveAll(dir)
	}
	if err := demo(ctx, dir, *listen, *exit, *verbose, stdout, stderr); err != nil {
		return failed(stderr, "demo", err)
	}
	return exitOK
}

func demo(ctx context.Context, dir, listen string, exit, verbose bool, stdout, stderr io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	began := time.Now()
	samples := filepath.Join(dir, "examples")
	if err := examples.Extract(samples); err != nil {
		return err
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return fmt.Errorf("%w (another address: --listen 127.0.0.1:0)", err)
	}
	defer l.Close()
	c := node.Config{
		Listen: l.Addr().String(), Data: dir, Apps: []string{filepath.Join(samples, "apps")}, Register: filepath.Join(samples, "register.json"), Development: true,
	}
	log := logger(io.Discard, false)
	if verbose {
		log = logger(stderr, true)
	}
	n, err := node.Open(ctx, c, node.Options{Logger: log})
	if err != nil {
		return err
	}
	defer n.Close()
	served := make(chan error, 1)
	go func() { served <- n.Serve(ctx, l) }()
	s := &scenario{client: newClient("http://" + l.Addr().String()), node: n, out: stdout, data: filepath.Join(samples, "data"), began: began}
	failure := s.play(ctx)
	if failure == nil && !exit {
		s.addresses()
		select {
		case <-ctx.Done():
		case failure = <-served:
			return failure
		}
	}
	stop()
	return errors.Join(failure, <-served)
}
