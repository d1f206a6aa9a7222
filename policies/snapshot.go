package policies

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/rego/compile"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
)

// snapshot is one revision of all policies. It never changes; requests finish on the one
// that they started with.
type snapshot struct {
	revision string
	store    storage.Store       // built once, never written
	txn      storage.Transaction // one read transaction, kept open, shared by all decisions

	allow, report, batch, rows rego.PreparedEvalQuery
	include                    *compile.Prepared

	documents map[string]*document // by app key
	byETag    map[string]*document
	groups    map[string][]string // symbol to sorted app keys
	readers   map[string]bool     // keys that can read any row
	scopes    map[string]bool     // scopes that any gate for reading asks for
	filters   *filterCache
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:8])
}

// newSnapshot builds a snapshot of the apps. Documents of before are used again where
// their content is the same.
func newSnapshot(ctx context.Context, compiler *ast.Compiler, policyDigest string, apps []App, before *snapshot) (*snapshot, error) {
	s := &snapshot{
		documents: make(map[string]*document, len(apps)),
		byETag:    map[string]*document{},
		filters:   newFilterCache(),
	}
	if err := s.addAll(apps, before); err != nil {
		return nil, err
	}
	s.revision = s.newRevision(policyDigest)
	root, err := s.data()
	if err != nil {
		return nil, err
	}
	s.store = inmem.NewFromASTObject(root)
	if s.txn, err = s.store.NewTransaction(ctx); err != nil {
		return nil, fmt.Errorf("open policy data: %w", err)
	}
	return s, s.prepare(ctx, compiler)
}

func (s *snapshot) addAll(apps []App, before *snapshot) error {
	var errs []error
	for i := range apps {
		errs = append(errs, s.add(&apps[i], before))
	}
	return errors.Join(errs...)
}

func (s *snapshot) add(a *App, before *snapshot) error {
	if err := a.check(); err != nil {
		return err
	}
	if _, twice := s.documents[a.Key]; twice {
		return fmt.Errorf("app %s: published twice", a.Key)
	}
	etag, err := a.etag()
	if err != nil {
		return err
	}
	doc := s.byETag[etag]
	if doc == nil && before != nil {
		doc = before.byETag[etag]
	}
	if doc == nil {
		if doc, err = newDocument(a, etag); err != nil {
			return err
		}
	}
	s.documents[a.Key], s.byETag[etag] = doc, doc
	return nil
}

// newRevision is a digest of the Rego files and all apps, so that equal content has an equal name.
func (s *snapshot) newRevision(policyDigest string) string {
	h := sha256.New()
	io.WriteString(h, policyDigest)
	for _, key := range s.keys() {
		fmt.Fprintf(h, "\n%s %s", key, s.documents[key].etag)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func (s *snapshot) keys() []string { return slices.Sorted(maps.Keys(s.documents)) }

// unfiltered lists the apps that no filter covers.
func (s *snapshot) unfiltered() []string {
	return slices.DeleteFunc(s.keys(), func(key string) bool { return s.documents[key].gateset != "" })
}

// prepare readies the queries; what can fail in them fails here.
func (s *snapshot) prepare(ctx context.Context, compiler *ast.Compiler) error {
	for query, into := range map[string]*rego.PreparedEvalQuery{
		"x = data.altinn.authz.allow":    &s.allow,
		"x = data.altinn.explain.report": &s.report,
		"x = data.altinn.batch.allowed":  &s.batch,
		"x = data.altinn.filters.rows":   &s.rows,
	} {
		q, err := rego.New(rego.Query(query), rego.Compiler(compiler), rego.Store(s.store), rego.Transaction(s.txn),
			rego.StrictBuiltinErrors(true)).PrepareForEval(ctx)
		if err != nil {
			return fmt.Errorf("prepare %s: %w", query, err)
		}
		*into = q
	}
	include, err := compile.New(
		compile.Target("ucast", "all"),
		compile.ParsedUnknowns(ast.MustParseTerm("input.instances")),
		compile.ParsedQuery(ast.MustParseBody("data.altinn.filters.include")),
		compile.Rego(rego.Compiler(compiler), rego.Store(s.store), rego.Transaction(s.txn), rego.StrictBuiltinErrors(true)),
	).Prepare(ctx)
	if err != nil {
		return fmt.Errorf("prepare filters: %w", err)
	}
	s.include = include
	return nil
}
