package hammer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Limits of a child process.
const (
	startLimit = time.Minute
	stopLimit  = 30 * time.Second
	healthRest = 5 * time.Millisecond
)

// server is a node in a child process.
type server struct {
	executable string
	config     string // the configuration file
	url        string
	log        string // file with what the node says
	gate       *gate
	died       chan error // gets the first end that nobody asked for

	mu     sync.Mutex
	cmd    *exec.Cmd     // guarded by mu; nil while there is none
	exited chan struct{} // closed when cmd has ended
	state  error         // how it ended; read after exited
	wanted bool          // guarded by mu: it was told to end
}

// serverConfig is the part of a node's configuration that the hammer sets. It is written as JSON, which YAML takes as it is.
type serverConfig struct {
	Listen      string   `json:"listen"`
	Data        string   `json:"data"`
	Apps        []string `json:"apps"`
	Register    string   `json:"register"`
	Development bool     `json:"development"`
}

// newServer writes the configuration of a node on a free loopback port.
func newServer(o *Options, work, data, apps, register string, g *gate) (*server, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(serverConfig{Listen: address, Data: data, Apps: []string{apps}, Register: register, Development: true})
	if err != nil {
		return nil, fmt.Errorf("configuration of the node: %w", err)
	}
	s := &server{
		executable: o.Executable, config: filepath.Join(work, "hovedbok.yaml"), url: "http://" + address,
		log: filepath.Join(work, "server.log"), gate: g, died: make(chan error, 1),
	}
	if err := os.WriteFile(s.config, text, 0o600); err != nil {
		return nil, fmt.Errorf("configuration of the node: %w", err)
	}
	return s, nil
}

// freeAddress finds a port that is free now. It is given back before the node takes it, which is the best that two processes can do.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}

// start runs the node and returns when it answers. The gate is then open.
func (s *server) start(ctx context.Context) (took time.Duration, err error) {
	began := time.Now()
	log, err := os.OpenFile(s.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return 0, fmt.Errorf("log of the node: %w", err)
	}
	defer log.Close() // the child has its own
	cmd := exec.Command(s.executable, "serve", "--config", s.config)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("start the node: %w", err)
	}
	exited := make(chan struct{})
	s.mu.Lock()
	s.cmd, s.exited, s.wanted = cmd, exited, false
	s.mu.Unlock()
	go s.wait(cmd, exited)
	if err := s.healthy(ctx, exited); err != nil {
		return 0, errors.Join(err, s.kill())
	}
	s.gate.open()
	return time.Since(began), nil
}

// wait takes in the end of the child.
func (s *server) wait(cmd *exec.Cmd, exited chan struct{}) {
	err := cmd.Wait()
	s.gate.shut()
	s.mu.Lock()
	s.state = err
	wanted := s.wanted
	s.mu.Unlock()
	close(exited)
	if wanted {
		return
	}
	select {
	case s.died <- fmt.Errorf("the node has ended by itself (%s); its last words: %s", cmd.ProcessState, s.lastWords()):
	default:
	}
}

// healthy waits until the node answers.
func (s *server) healthy(ctx context.Context, exited <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for {
		if s.answers(ctx) {
			return nil
		}
		select {
		case <-exited:
			return fmt.Errorf("the node has ended before it answered; its last words: %s", s.lastWords())
		case <-ctx.Done():
			return fmt.Errorf("the node does not answer on %s/healthz: %w", s.url, ctx.Err())
		case <-time.After(healthRest):
		}
	}
}

func (s *server) answers(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/healthz", nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_, err = io.Copy(io.Discard, res.Body)
	return errors.Join(err, res.Body.Close()) == nil && res.StatusCode == http.StatusOK
}

// end sends a signal and waits for the end.
func (s *server) end(signal os.Signal, limit time.Duration) error {
	s.mu.Lock()
	cmd, exited := s.cmd, s.exited
	s.wanted = true
	s.mu.Unlock()
	if cmd == nil {
		return nil
	}
	if err := cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal to the node: %w", err)
	}
	select {
	case <-exited:
		return nil
	case <-time.After(limit):
		return fmt.Errorf("the node has not ended %s after %s", limit, signal)
	}
}

// kill ends the node with SIGKILL.
func (s *server) kill() error { return s.end(os.Kill, stopLimit) }

// stop ends the node with SIGTERM. That it did not end as it should is an error.
func (s *server) stop() error {
	if err := s.end(syscall.SIGTERM, stopLimit); err != nil {
		return errors.Join(err, s.kill())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != nil {
		return fmt.Errorf("the node was told to stop and ended with %w; its last words: %s", s.state, s.lastWords())
	}
	return nil
}

// pid is the process number of the node, 0 when it is down.
func (s *server) pid() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd == nil || s.cmd.Process == nil {
		return 0
	}
	return s.cmd.Process.Pid
}

// lastWords is the end of the node's log in one line.
func (s *server) lastWords() string {
	b, err := os.ReadFile(s.log)
	if err != nil {
		return "none"
	}
	return strings.Join(strings.Fields(string(b[max(0, len(b)-600):])), " ")
}
