// Package commands is the one door through which instances change. Each command is a file of its own; this one is the index.
//
// A command always goes load → authorise → decide → append → evolve. It answers with the instance as it is after the
// command and with the position of its last event. A command that carries an idempotency key and comes again answers as it did
// the first time; nothing is recorded twice. Commands that fail have recorded nothing, and have kept no file.
package commands

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/ledger/blob"
	"github.com/hovedbok/hovedbok/policies"
	"github.com/hovedbok/hovedbok/record"
)

// Apps gives the published apps.
type Apps interface {
	// Current gives the version that new instances get, nil if there is no such app.
	Current(id string) *apps.App
	// Version gives a published version by its digest.
	Version(id, digest string) (*apps.App, error)
}

// Party is what commands need to know of a party.
type Party struct {
	ID       int
	Person   bool   // a person; otherwise an organisation
	UnitType string // of an organisation, such as "AS" or "BEDR"
}

// ErrUnknownParty is what Parties answer when there is no such party.
var ErrUnknownParty = errors.New("commands: unknown party")

// Parties is what commands ask the register.
type Parties interface {
	Party(ctx context.Context, id int) (Party, error)
	ByOrganisationNumber(ctx context.Context, number string) (Party, error)
	ByPersonNumber(ctx context.Context, number string) (Party, error)
	// Roles gives the role codes that a person (by party id) holds for a party; none is no error.
	Roles(ctx context.Context, person, party int) ([]string, error)
}

// Decider is what commands ask the policies.
type Decider interface {
	Decide(ctx context.Context, r policies.Request) (policies.Decision, error)
	DecideActions(ctx context.Context, r policies.Request, wanted map[string]policies.Mode) (map[string]bool, error)
}

// Options of a Service. All but Clock, NewID, CacheSize and SoleWriter are required.
type Options struct {
	Log      *record.Log
	Apps     Apps
	Parties  Parties
	Policies Decider
	Blobs    blob.Store
	Eraser   Eraser
	Clock    func() time.Time
	NewID    func() uuid.UUID
	// CacheSize is the number of folded instances kept; 0 means 4096.
	CacheSize int
	// SoleWriter says that nobody but this process appends to the log, so that folded instances are always the newest.
	SoleWriter bool
}

// Service runs commands. It may be used from any goroutine.
type Service struct {
	Options
	cache *cache
}

// New makes a Service.
func New(o Options) (*Service, error) {
	if o.Log == nil || o.Apps == nil || o.Parties == nil || o.Policies == nil || o.Blobs == nil || o.Eraser == nil {
		return nil, errors.New("commands: log, apps, parties, policies, blobs and eraser are required")
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.NewID == nil {
		o.NewID = func() uuid.UUID { return uuid.Must(uuid.NewV7()) }
	}
	if o.CacheSize == 0 {
		o.CacheSize = 4096
	}
	c, err := newCache(o.CacheSize)
	return &Service{Options: o, cache: c}, err
}

// Key makes a command repeatable: the same value from the same caller names the same command.
type Key struct {
	Value       string // the Idempotency-Key header; empty: the command is not repeatable
	Fingerprint string // of the request, record.FingerprintLength characters; a reused key with another request is refused
}

// Request is what every command carries.
type Request struct {
	Caller     Caller
	Key        Key
	Trace      string
	Causation  uuid.UUID
	IfRevision *int64 // refuse with CodeStaleRevision when the instance was last changed (not: read) at another revision
}

// Ref names an instance: its owner, its app and its id. All three must agree.
type Ref struct {
	App   string // "org/app"
	Party int
	ID    uuid.UUID
}

// Result is an instance after a command.
type Result struct {
	State    *instance.State // the caller's own copy
	App      *apps.App       // the version that the instance is pinned to
	Position ledger.Position // of the command's last event, or a later one; never earlier
	Repeated bool            // the command had been done before
	Elements []uuid.UUID     // that the command added
	Withheld []string        // data types whose elements are not in State, because the caller may not read them
}

// commandID derives the id of a command about an instance (its id), or about a new one (the app's). Without a key every call is a new
// command. A key that a caller uses for two instances names two commands.
func (s *Service) commandID(r *Request, about string) uuid.UUID {
	if r.Key.Value == "" {
		return s.NewID()
	}
	return record.Derive("command", r.Caller.id(), r.Key.Value, about)
}

// pinned gives the app version that an instance was made with.
func (s *Service) pinned(st *instance.State) (*apps.App, error) {
	app, err := s.Apps.Version(st.AppID(), st.Version)
	if err != nil {
		return nil, fmt.Errorf("commands: app of instance %s: %w", st.ID, err)
	}
	return app, nil
}
