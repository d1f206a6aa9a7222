package node

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/hovedbok/hovedbok/api"
	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/commands"
	"github.com/hovedbok/hovedbok/domain/instance"
	"github.com/hovedbok/hovedbok/integrations/register"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/ledger/blob"
	"github.com/hovedbok/hovedbok/policies"
	"github.com/hovedbok/hovedbok/record"
	"github.com/hovedbok/hovedbok/sagas"
	"github.com/hovedbok/hovedbok/sagas/erasure"
	"github.com/hovedbok/hovedbok/sagas/multiapp"
)

// decisionLimit ends evaluations that do not end by themselves. It is wall time, so that a machine under load must not reach it.
const decisionLimit = 2 * time.Second

// publish puts the configured apps in service. An app with faults stays out, and is told about; the others go in.
func (n *Node) publish(ctx context.Context) error {
	var err error
	if n.Catalogue, err = apps.OpenCatalogue(n.path(DirApps)); err != nil {
		return err
	}
	for _, tree := range n.Config.Apps {
		done, err := n.Catalogue.PublishTree(ctx, tree)
		if err != nil {
			return err
		}
		n.Published = append(n.Published, done...)
	}
	for _, p := range n.Published {
		for _, f := range p.Faults {
			if !f.Warning {
				n.Logger.Error("app is not published", "app", p.ID, "fault", f.Error())
			}
		}
	}
	if n.Policies, err = policies.NewEngine(ctx, policies.WithDecisionLimit(decisionLimit)); err != nil {
		return err
	}
	return n.publishPolicies(ctx)
}

// publishPolicies gives the engine the policy of every published version, since instances stay on theirs.
func (n *Node) publishPolicies(ctx context.Context) error {
	var all []policies.App
	for _, current := range n.Catalogue.All() {
		versions, err := n.Catalogue.Versions(current.ID)
		if err != nil {
			return err
		}
		for _, digest := range versions {
			app, err := n.Catalogue.Version(current.ID, digest)
			if err != nil {
				return fmt.Errorf("policy of %s version %s: %w", current.ID, digest, err)
			}
			all = append(all, policyOf(app))
		}
	}
	return n.Policies.Publish(ctx, all)
}

func policyOf(app *apps.App) policies.App {
	s := app.Metadata.APIScopes
	return policies.App{
		Key: app.Key(), Policy: app.Policy,
		UserScopes:  policies.Scopes{Read: list(s.Users.Read), Write: list(s.Users.Write)},
		OwnerScopes: policies.Scopes{Read: list(s.ServiceOwners.Read), Write: list(s.ServiceOwners.Write)},
	}
}

func list(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func (n *Node) openCommands(context.Context) error {
	var err error
	n.Commands, err = commands.New(commands.Options{
		Log: n.Log, Apps: n.Catalogue, Parties: parties{n.Register}, Policies: n.Policies, Blobs: n.Blobs, Eraser: n,
		Clock: n.Clock, SoleWriter: true,
	})
	return err
}

func (n *Node) openAPI(context.Context) error {
	verifier, err := n.verifier()
	if err != nil {
		return err
	}
	o := api.Options{
		Commands: n.Commands, Log: n.Log, Views: n.Views, Apps: n.Catalogue, Register: n.Register, Verifier: verifier, Filters: n.Policies,
		Logger: n.Logger, Clock: n.Clock, MaxBody: n.Config.MaxBodyMiB << 20,
	}
	if n.Issuer != nil {
		o.Development = n.Issuer
	}
	n.API, err = api.New(o)
	return err
}

// openSagas makes the sagas. Apps of orgs without a target address are reached in process, through the API's own door.
func (n *Node) openSagas(ctx context.Context) error {
	var err error
	if n.Parked, err = sagas.OpenStore(ctx, n.path(FileSagas)); err != nil {
		return err
	}
	n.closing(n.Parked.Close)
	client := &http.Client{Transport: split{base: n.Config.PublicURL, own: api.Local{Handler: n.API}, other: newBreakers(http.DefaultTransport, n.Clock)}}
	chain, err := multiapp.New(multiapp.Options{
		Log: n.Log, Apps: n.Catalogue, Blobs: n.Blobs, Clock: n.Clock,
		Door: &multiapp.HTTPDoor{Tokens: n.tokens, Base: n.base, Client: client},
	})
	if err != nil {
		return err
	}
	n.Sagas, err = sagas.New(sagas.Options{
		Log: n.Log, Store: n.Parked, Handlers: []sagas.Handler{chain, erasure.New(n)}, Partitions: n.Config.Partitions, Logger: n.Logger, Clock: n.Clock,
	})
	return err
}

// base is where an org's apps are reached.
func (n *Node) base(org string) string {
	if url, ok := n.Config.Targets[org]; ok {
		return url
	}
	return n.Config.PublicURL
}

// EraseInstance destroys an instance's key and files.
func (n *Node) EraseInstance(ctx context.Context, id uuid.UUID) error {
	stream := record.InstanceStream(id)
	if err := n.Vault.Erase(ctx, stream); err != nil {
		return fmt.Errorf("erase the key of %s: %w", stream, err)
	}
	if err := n.Blobs.DropStream(ctx, stream); err != nil {
		return fmt.Errorf("erase the files of %s: %w", stream, err)
	}
	return nil
}

// recover settles files whose upload was cut off by a crash: those that an event names stay, the others go.
func (n *Node) recover(ctx context.Context) error {
	kept, dropped, err := blob.Recover(ctx, n.Blobs, n.named)
	if kept+dropped > 0 {
		n.Logger.Info("files of the last run settled", "kept", kept, "dropped", dropped)
	}
	return err
}

// named tells whether an event of the stream names a file.
func (n *Node) named(ctx context.Context, ref blob.Ref) (bool, error) {
	for e, err := range n.Log.Read(ctx, ref.Stream, 0) {
		if errors.Is(err, ledger.ErrStreamNotFound) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		switch e := e.Instance.(type) {
		case instance.DataElementAdded:
			if e.Blob == ref.ID {
				return true, nil
			}
		case instance.FileReplaced:
			if e.Blob == ref.ID {
				return true, nil
			}
		}
	}
	return false, nil
}

// parties is the register as commands see it.
type parties struct{ *register.File }

func (p parties) Party(ctx context.Context, id int) (commands.Party, error) {
	return party(p.File.Party(ctx, id))
}

func (p parties) ByOrganisationNumber(ctx context.Context, number string) (commands.Party, error) {
	return party(p.PartyByOrganisationNumber(ctx, number))
}

func (p parties) ByPersonNumber(ctx context.Context, number string) (commands.Party, error) {
	return party(p.PartyByPersonNumber(ctx, number))
}

// Roles gives none for people and parties that are not in the register.
func (p parties) Roles(ctx context.Context, person, id int) ([]string, error) {
	roles, err := p.File.Roles(ctx, person, id)
	if errors.Is(err, register.ErrNotFound) {
		return nil, nil
	}
	return roles, err
}

func party(p register.Party, err error) (commands.Party, error) {
	if errors.Is(err, register.ErrNotFound) {
		return commands.Party{}, commands.ErrUnknownParty
	}
	return commands.Party{ID: p.ID, Person: p.Kind == register.Person, UnitType: p.UnitType}, err
}
