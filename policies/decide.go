package policies

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/metrics"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// Decide answers one request. Only a clean permit allows. A denial carries its code and what
// would have helped. An error comes only with CodeInvalidInput (ErrInvalidInput),
// CodeTimeout (ErrTimeout) or CodeError (ErrNotReady, ErrEvaluation), and always with Allow
// false. A refusal by the policy is no error.
func (e *Engine) Decide(ctx context.Context, r Request) (Decision, error) {
	d, err := e.decide(ctx, &r)
	if err != nil {
		return d, fmt.Errorf("decide: %w", err)
	}
	return d, nil
}

func (e *Engine) decide(ctx context.Context, r *Request) (Decision, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return Decision{Code: CodeError}, fmt.Errorf("decision id: %w", err)
	}
	d := Decision{ID: id, Code: CodeError}
	s := e.current.Load()
	if s == nil {
		return d, ErrNotReady
	}
	d.Revision = s.revision
	if doc := s.documents[r.Resource.App]; doc != nil {
		d.ETag = doc.etag
	}
	input, err := e.input(r)
	if err != nil {
		d.Code = CodeInvalidInput
		return d, err
	}
	allow, err := s.permits(ctx, input, e.decisionLimit)
	if allow && err == nil {
		d.Allow, d.Code = true, CodeOK
		return d, nil
	}
	if err == nil {
		err = s.refuse(ctx, &d, input, e.decisionLimit)
	}
	if err != nil {
		d.Code = failureCode(err)
	}
	return d, err
}

func failureCode(err error) Code {
	if isTimeout(err) {
		return CodeTimeout
	}
	return CodeError
}

// input validates the request and builds the policy's input.
func (e *Engine) input(r *Request) (ast.Value, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	subject, err := e.subjects.term(&r.Subject, r.Resource.Party)
	if err != nil {
		return nil, err
	}
	return decisionInput(r, subject), nil
}

// permits is the hot path: anything but a clean true is a denial.
func (s *snapshot) permits(ctx context.Context, input ast.Value, limit time.Duration) (bool, error) {
	value, ok, err := s.eval(ctx, &s.allow, input, limit)
	return err == nil && ok && value == true, err
}

// refuse fills in why a denied request was denied.
func (s *snapshot) refuse(ctx context.Context, d *Decision, input ast.Value, limit time.Duration) error {
	report, err := s.explain(ctx, input, limit)
	if err != nil {
		return err
	}
	if report.Allow || report.Code == CodeOK || report.Code == CodeError {
		return fmt.Errorf("%w: the report does not agree with the denial", ErrEvaluation)
	}
	d.Code, d.Need = report.Code, report.Need
	d.Need.Keys = nil
	return nil
}

// Explain evaluates the report for a request on the snapshot in service. Its errors are
// those of Decide.
func (e *Engine) Explain(ctx context.Context, r Request) (Report, error) {
	s := e.current.Load()
	if s == nil {
		return Report{Code: CodeError}, fmt.Errorf("explain: %w", ErrNotReady)
	}
	return e.explainOn(ctx, s, &r)
}

// ExplainAt evaluates the report on the snapshot that a recorded decision names. It
// fails with ErrUnknownRevision when that one is no longer kept.
func (e *Engine) ExplainAt(ctx context.Context, revision string, r Request) (Report, error) {
	s, err := e.find(revision)
	if err != nil {
		return Report{Code: CodeError}, fmt.Errorf("explain: %w", err)
	}
	return e.explainOn(ctx, s, &r)
}

func (e *Engine) explainOn(ctx context.Context, s *snapshot, r *Request) (Report, error) {
	input, err := e.input(r)
	if err != nil {
		return Report{Code: CodeInvalidInput, Revision: s.revision}, fmt.Errorf("explain: %w", err)
	}
	report, err := s.explain(ctx, input, e.decisionLimit)
	if err != nil {
		return Report{Code: failureCode(err), Revision: s.revision}, fmt.Errorf("explain: %w", err)
	}
	return report, nil
}

func (s *snapshot) explain(ctx context.Context, input ast.Value, limit time.Duration) (Report, error) {
	value, ok, err := s.eval(ctx, &s.report, input, limit)
	if err != nil {
		return Report{}, err
	}
	report := Report{Revision: s.revision}
	if !ok {
		return Report{}, fmt.Errorf("%w: the report is undefined", ErrEvaluation)
	}
	if err := decode(value, &report); err != nil {
		return Report{}, err
	}
	return report, nil
}

// decode turns a result of the policy into a struct.
func decode(value any, into any) error {
	b, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("%w: encode result: %w", ErrEvaluation, err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("%w: decode result: %w", ErrEvaluation, err)
	}
	return nil
}

// eval runs one prepared query on the shared read transaction. It is false when the
// result is undefined.
func (s *snapshot) eval(ctx context.Context, q *rego.PreparedEvalQuery, input ast.Value, limit time.Duration) (any, bool, error) {
	if ctx.Err() != nil {
		return nil, false, fmt.Errorf("%w: %w", ErrTimeout, context.Cause(ctx))
	}
	cancel := topdown.NewCancel()
	defer time.AfterFunc(limit, cancel.Cancel).Stop()
	if ctx.Done() != nil { // with an external cancel, OPA no longer watches ctx
		defer context.AfterFunc(ctx, cancel.Cancel)()
	}
	results, err := q.Eval(ctx, rego.EvalParsedInput(input), rego.EvalTransaction(s.txn),
		rego.EvalExternalCancel(cancel), rego.EvalMetrics(metrics.NoOp()))
	if err != nil {
		return nil, false, evaluationError(err)
	}
	if len(results) != 1 {
		return nil, false, nil
	}
	return results[0].Bindings["x"], true, nil
}

func evaluationError(err error) error {
	if topdown.IsCancel(err) {
		return ErrTimeout
	}
	return fmt.Errorf("%w: %w", ErrEvaluation, err)
}

// DecideActions answers for several actions on one resource, as when a task's buttons are
// offered; the request's own Action and Mode are not looked at. Every wanted action is in
// the result, spelled as in wanted. On an error, which is as in Decide, the result is nil.
func (e *Engine) DecideActions(ctx context.Context, r Request, wanted map[string]Mode) (map[string]bool, error) {
	allowed, err := e.decideActions(ctx, &r, wanted)
	if err != nil {
		return nil, fmt.Errorf("decide actions: %w", err)
	}
	return allowed, nil
}

func (e *Engine) decideActions(ctx context.Context, r *Request, wanted map[string]Mode) (map[string]bool, error) {
	s := e.current.Load()
	if s == nil {
		return nil, ErrNotReady
	}
	folded, err := foldWanted(wanted)
	if err != nil {
		return nil, err
	}
	if err := r.checkContext(); err != nil {
		return nil, err
	}
	subject, err := e.subjects.term(&r.Subject, r.Resource.Party)
	if err != nil {
		return nil, err
	}
	permitted := map[string]bool{}
	if len(r.Delegations) > 0 || r.Subject.Kind == KindApp {
		err = s.permitEach(ctx, r, subject, folded, e.decisionLimit, permitted)
	} else {
		err = s.permitBatch(ctx, batchInput(r, subject, folded), e.decisionLimit, permitted)
	}
	if err != nil {
		return nil, err
	}
	answer := make(map[string]bool, len(wanted))
	for action := range wanted {
		answer[action] = permitted[strings.ToLower(action)]
	}
	return answer, nil
}

// foldWanted lower-cases the actions and refuses two spellings with different modes.
func foldWanted(wanted map[string]Mode) (map[string]Mode, error) {
	if len(wanted) > MaxActions {
		return nil, invalid("wanted", "%d actions, the limit is %d", len(wanted), MaxActions)
	}
	folded := make(map[string]Mode, len(wanted))
	for action, mode := range wanted {
		name := strings.ToLower(action)
		if name == "" || !validText(name) || mode != Read && mode != Write {
			return nil, invalid("wanted", "an action is empty or too long, or its mode is not Read or Write")
		}
		if other, twice := folded[name]; twice && other != mode {
			return nil, invalid("wanted", "an action stands twice with different modes")
		}
		folded[name] = mode
	}
	return folded, nil
}

// permitEach is cheaper than a batch when delegations or app calls are in play.
func (s *snapshot) permitEach(ctx context.Context, r *Request, subject *ast.Term, wanted map[string]Mode, limit time.Duration, permitted map[string]bool) error {
	for action, mode := range wanted {
		one := *r
		one.Action, one.Mode = action, mode
		allow, err := s.permits(ctx, decisionInput(&one, subject), limit)
		if err != nil {
			return err
		}
		permitted[action] = allow
	}
	return nil
}

func (s *snapshot) permitBatch(ctx context.Context, input ast.Value, limit time.Duration, permitted map[string]bool) error {
	value, ok, err := s.eval(ctx, &s.batch, input, limit)
	if err != nil {
		return err
	}
	actions, isList := value.([]any)
	if !ok || !isList {
		return fmt.Errorf("%w: the batch is undefined", ErrEvaluation)
	}
	for _, a := range actions {
		if name, ok := a.(string); ok {
			permitted[name] = true
		}
	}
	return nil
}
