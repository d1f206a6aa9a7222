package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // Europe/Oslo, also where the system has no time zones

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/audit"
	"github.com/hovedbok/hovedbok/audit/folder"
	"github.com/hovedbok/hovedbok/audit/remote"
	"github.com/hovedbok/hovedbok/audit/report"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/node"
	"github.com/hovedbok/hovedbok/record"
)

const replayUsage = `hovedbok replay INSTANCE [flags]

INSTANCE is <party>/<guid> or <guid>. Without a mode: a timeline, and the state at the end of it.

  --at TIME         as it was then: 2026-01-05T10:00:00+01:00, 2026-01-05 10:00, 05.01.2026 10:00, 2026-01-05 (its beginning), now
  --revision N      as it was after that revision
  --events          all that is known of each event
  --diff FROM..TO   what differs between two points, each a revision or a time: 3..7, 2026-01-05T10:00Z..now, ..7
  --json            machine-readable
  --sealed          with --json: the bytes that the hashes cover
  --lang LANG       nb, nn or en (default en)
  --data DIR        the data folder of a node that is not running (default data)
  --config FILE     the configuration of such a node
  --url URL         a running node, or one elsewhere
  --token TOKEN     for --url (default: the variable HOVEDBOK_TOKEN)

Times without an offset are those of Europe/Oslo, also where they are shown. The hash chain is verified each time.
`

// replayCall is what the command line asks for.
type replayCall struct {
	party        int // 0: not given
	id           uuid.UUID
	until        record.Until
	from, to     record.Until // of diff
	events, diff bool
	json, sealed bool
	language     string
	data, config string
	url, token   string
	zone         *time.Location
	help         bool
}

// cmdReplay shows an auditor what happened to an instance. It gives the exit code: 0, 1 when something failed or the hash chain is
// broken, 2 for wrong usage.
func cmdReplay(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	fail := func(err error) int {
		text := strings.ReplaceAll(strings.ReplaceAll(err.Error(), "audit: ", ""), "\n", "; ")
		fmt.Fprintln(stderr, "hovedbok replay: "+strings.Join(strings.Fields(text), " "))
		return 1
	}
	call, err := parseReplay(args)
	if err != nil {
		fail(err)
		return 2
	}
	if call.help {
		fmt.Fprint(stdout, replayUsage)
		return 0
	}
	source, done, err := call.open(ctx)
	if err != nil {
		return fail(err)
	}
	err = call.run(ctx, source, stdout)
	if err = errors.Join(err, done()); err != nil {
		return fail(err)
	}
	return 0
}

// parseReplay reads the command line. Flags may stand before and after the instance.
func parseReplay(args []string) (*replayCall, error) {
	zone, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		return nil, err
	}
	c := &replayCall{zone: zone}
	var at, revision, diff string
	f := flag.NewFlagSet("replay", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&at, "at", "", "")
	f.StringVar(&revision, "revision", "", "")
	f.StringVar(&diff, "diff", "", "")
	f.BoolVar(&c.events, "events", false, "")
	f.BoolVar(&c.json, "json", false, "")
	f.BoolVar(&c.sealed, "sealed", false, "")
	f.StringVar(&c.language, "lang", "en", "")
	f.StringVar(&c.data, "data", "", "")
	f.StringVar(&c.config, "config", "", "")
	f.StringVar(&c.url, "url", "", "")
	f.StringVar(&c.token, "token", "", "")
	rest, err := parseAround(f, args)
	if errors.Is(err, flag.ErrHelp) {
		c.help = true
		return c, nil
	}
	if err != nil {
		return nil, err
	}
	given := map[string]bool{}
	f.Visit(func(f *flag.Flag) { given[f.Name] = true })
	return c, errors.Join(c.instance(rest), c.check(given), c.points(given, at, revision, diff))
}

// parseAround parses flags before, between and after other arguments, and gives those.
func parseAround(f *flag.FlagSet, args []string) (rest []string, err error) {
	for {
		if err := f.Parse(args); err != nil {
			return nil, err
		}
		if f.NArg() == 0 {
			return rest, nil
		}
		rest, args = append(rest, f.Arg(0)), f.Args()[1:]
	}
}

// instance reads <party>/<guid> or <guid>.
func (c *replayCall) instance(args []string) (err error) {
	if len(args) != 1 {
		return fmt.Errorf("name one instance, as <party>/<guid> or <guid>, not %d; see hovedbok replay --help", len(args))
	}
	party, id, both := strings.Cut(args[0], "/")
	if !both {
		party, id = "", party
	}
	if c.id, err = uuid.Parse(id); err != nil || len(id) != 36 {
		return fmt.Errorf("%q is no instance; write <party>/<guid> or <guid>", args[0])
	}
	if c.party, err = strconv.Atoi(party); both && (err != nil || c.party <= 0) {
		return fmt.Errorf("%q is no party; the number before the slash is a party id", party)
	}
	return nil
}

// check refuses flags that do not go together.
func (c *replayCall) check(given map[string]bool) error {
	for _, pair := range [][2]string{
		{"at", "revision"}, {"at", "diff"}, {"revision", "diff"}, {"events", "diff"},
		{"data", "config"}, {"data", "url"}, {"config", "url"}, {"sealed", "diff"},
	} {
		if given[pair[0]] && given[pair[1]] {
			return fmt.Errorf("--%s and --%s do not go together", pair[0], pair[1])
		}
	}
	switch {
	case !slices.Contains(audit.Languages, c.language):
		return fmt.Errorf("--lang is nb, nn or en, not %q", c.language)
	case given["token"] && !given["url"]:
		return errors.New("--token is for --url")
	case c.sealed && !c.json:
		return errors.New("--sealed is for --json")
	case given["url"]:
		return c.checkURL()
	case given["data"] && c.data == "" || given["config"] && c.config == "":
		return errors.New("--data and --config need a path")
	}
	return nil
}

func (c *replayCall) checkURL() error {
	u, err := url.Parse(c.url)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("--url is the address of a node, such as http://127.0.0.1:8080")
	}
	if c.party == 0 {
		return errors.New("--url needs the instance as <party>/<guid>")
	}
	if c.token == "" {
		c.token = os.Getenv("HOVEDBOK_TOKEN")
	}
	if c.token == "" {
		return errors.New("--url needs --token, or a token in the variable HOVEDBOK_TOKEN")
	}
	return nil
}

// points reads the revisions and times.
func (c *replayCall) points(given map[string]bool, at, revision, diff string) (err error) {
	switch {
	case given["diff"]:
		c.diff = true
		c.from, c.to, err = audit.ParseSpan(diff, c.zone)
	case given["revision"]:
		n, bad := strconv.ParseInt(revision, 10, 64)
		if bad != nil || n < 0 {
			return fmt.Errorf("--revision is a whole number from 0, not %q", revision)
		}
		c.until = audit.At(ledger.Revision(n))
	case given["at"] && at != "now":
		c.until.Time, err = audit.ParseTime(at, c.zone)
	}
	return err
}

// replaySource is where the answers come from.
type replaySource interface {
	Verify(ctx context.Context) (n int, recomputed bool, err error)
	Events(ctx context.Context, o audit.Options) ([]audit.Event, error)
	State(ctx context.Context, until record.Until) (audit.StateDoc, error)
	Diff(ctx context.Context, from, to record.Until) ([]audit.Change, error)
}

// replayAnswer is the answer of --json.
type replayAnswer struct {
	Instance string          `json:"instance"`
	Events   []audit.Event   `json:"events,omitempty"`
	State    *audit.StateDoc `json:"state,omitempty"`
	Changes  *[]audit.Change `json:"changes,omitempty"`
	Chain    replayChain     `json:"chain"`
}

// replayChain is what came of verifying the hash chain of the whole stream.
type replayChain struct {
	Events     int    `json:"events"`     // that follow from each other
	Verified   bool   `json:"verified"`   // all of them do
	Recomputed bool   `json:"recomputed"` // from the bytes, and not only compared
	Fault      string `json:"fault,omitempty"`
}

// run asks and writes. A broken chain is an error, told after all that can be shown.
func (c *replayCall) run(ctx context.Context, source replaySource, stdout io.Writer) error {
	n, recomputed, broken := source.Verify(ctx)
	if broken != nil && !errors.Is(broken, audit.ErrBroken) {
		return broken
	}
	answer := replayAnswer{Instance: c.id.String(), Chain: replayChain{Events: n, Verified: broken == nil, Recomputed: recomputed}}
	if broken != nil {
		answer.Chain.Fault = broken.Error()
	}
	if err := c.ask(ctx, source, &answer); err != nil {
		return errors.Join(broken, err)
	}
	if c.json {
		return errors.Join(c.writeJSON(stdout, &answer), broken)
	}
	return errors.Join(c.writeText(stdout, &answer), broken)
}

// ask fills in what was asked for.
func (c *replayCall) ask(ctx context.Context, source replaySource, answer *replayAnswer) error {
	state, err := source.State(ctx, c.until)
	if err != nil {
		return err
	}
	if c.party != 0 && state.Owner != 0 && c.party != state.Owner {
		return fmt.Errorf("instance %s does not belong to party %d", c.id, c.party)
	}
	answer.Instance = cmp.Or(state.ID, answer.Instance)
	if c.diff {
		changes, err := source.Diff(ctx, c.from, c.to)
		answer.Changes = &changes
		return err
	}
	if !c.events {
		answer.State = &state
	}
	answer.Events, err = source.Events(ctx, audit.Options{Until: c.until, Sealed: c.sealed})
	return err
}

func (c *replayCall) writeJSON(w io.Writer, answer *replayAnswer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(answer)
}

func (c *replayCall) writeText(w io.Writer, a *replayAnswer) error {
	o := report.Options{Language: c.language, Zone: c.zone, Bold: isTerminal(w)}
	var errs []error
	switch {
	case c.diff:
		errs = append(errs, report.Changes(w, *a.Changes, o))
	case c.events:
		errs = append(errs, report.Events(w, a.Events, o))
	default:
		errs = append(errs, report.Timeline(w, a.Events, o))
		fmt.Fprintln(w)
		errs = append(errs, report.State(w, *a.State, o))
	}
	if a.Chain.Verified {
		fmt.Fprintln(w)
		errs = append(errs, report.Chain(w, a.Chain.Events, a.Chain.Recomputed, o))
	}
	return errors.Join(errs...)
}

// isTerminal tells whether headings may be bold.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// open finds the source. What it gives beside must be closed.
func (c *replayCall) open(ctx context.Context) (replaySource, func() error, error) {
	if c.url != "" {
		client := &http.Client{Timeout: 2 * time.Minute}
		source := &remote.Instance{Base: c.url, Token: c.token, Party: c.party, ID: c.id, Client: client}
		return source, func() error { client.CloseIdleConnections(); return nil }, nil
	}
	dir, master := cmp.Or(c.data, "data"), ""
	if c.config != "" {
		config, err := node.ReadConfig(c.config)
		if err != nil {
			return nil, nil, err
		}
		dir, master = config.Data, config.MasterKey
	}
	files := folder.Files{
		Ledger: filepath.Join(dir, node.FileLedger), Keys: filepath.Join(dir, node.FileKeys), Master: cmp.Or(master, filepath.Join(dir, "master.key")),
	}
	f, err := folder.Open(ctx, files)
	switch {
	case errors.Is(err, folder.ErrInUse):
		return nil, nil, fmt.Errorf("%w; ask the node instead with --url and --token, or stop it first", err)
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, fmt.Errorf("%w; name the data with --data or --config, or ask a running node with --url", err)
	case err != nil:
		return nil, nil, err
	}
	return f.Instance(c.id), f.Close, nil
}
