package api

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/hovedbok/hovedbok/audit"
	"github.com/hovedbok/hovedbok/commands"
	"github.com/hovedbok/hovedbok/ledger"
	"github.com/hovedbok/hovedbok/record"
)

// instanceEvents is GET /ledger/instances/{party}/{guid}/events: all that happened to an instance, with the hashes that chain it;
// with sealed=true also what the hashes were taken over.
func (s *Server) instanceEvents(c *gin.Context) {
	res, ok := s.readWhole(c)
	if !ok {
		return
	}
	events, err := audit.Events(c.Request.Context(), s.Log, res.State.ID, audit.Options{Sealed: query(c, "sealed") == "true"})
	if err != nil {
		s.fail(c, auditError(err))
		return
	}
	write(c, http.StatusOK, gin.H{"instance": c.Param("party") + "/" + res.State.ID.String(), "events": events})
}

// readWhole reads an instance for answers with all of its history. Whoever may not read some of its data types may not read that.
func (s *Server) readWhole(c *gin.Context) (commands.Result, bool) {
	res, ok := s.read(c)
	if ok && len(res.Withheld) > 0 {
		s.fail(c, &commands.Error{Kind: commands.Forbidden, Code: commands.CodeForbidden, Message: "the history shows data that the caller may not read"})
		return res, false
	}
	return res, ok
}

// instanceState is GET …/state?revision=N or ?at=TIME: the instance as it was then; without either, as it is.
func (s *Server) instanceState(c *gin.Context) {
	until, err := pointQuery(query(c, "revision"), query(c, "at"))
	if err != nil {
		s.fail(c, err)
		return
	}
	res, ok := s.readWhole(c)
	if !ok {
		return
	}
	st, err := audit.State(c.Request.Context(), s.Log, res.State.ID, until)
	if err != nil {
		s.fail(c, auditError(err))
		return
	}
	write(c, http.StatusOK, st)
}

// instanceDiff is GET …/diff?from=&to=: what differs between two points, field by field, and who caused it. A point is a revision, a
// time or "now". Without from it is everything until to, without to everything since from.
func (s *Server) instanceDiff(c *gin.Context) {
	from, to, err := spanQuery(query(c, "from"), query(c, "to"))
	if err != nil {
		s.fail(c, err)
		return
	}
	res, ok := s.readWhole(c)
	if !ok {
		return
	}
	changes, err := audit.Diff(c.Request.Context(), s.Log, res.State.ID, from, to)
	if err != nil {
		s.fail(c, auditError(err))
		return
	}
	if changes == nil {
		changes = []audit.Change{}
	}
	write(c, http.StatusOK, gin.H{"instance": c.Param("party") + "/" + res.State.ID.String(), "changes": changes})
}

func spanQuery(first, second string) (from, to record.Until, err error) {
	from = audit.Beginning()
	if first != "" {
		from, err = audit.ParsePoint(first, time.UTC)
	}
	if err == nil && second != "" {
		to, err = audit.ParsePoint(second, time.UTC)
	}
	if err != nil {
		err = &commands.Error{Kind: commands.Invalid, Code: "query_invalid", Message: "from and to must be revisions or times such as 2026-01-31T12:00:00Z"}
	}
	return from, to, err
}

// pointQuery reads a point in an instance's history.
func pointQuery(revision, at string) (record.Until, error) {
	bad := func(message string) error {
		return &commands.Error{Kind: commands.Invalid, Code: "query_invalid", Message: message}
	}
	switch {
	case revision != "" && at != "":
		return record.Until{}, bad("give a revision or a time, not both")
	case revision != "":
		n, err := strconv.ParseInt(revision, 10, 64)
		if err != nil || n < 0 {
			return record.Until{}, bad("revision must be a whole number from 0")
		}
		return audit.At(ledger.Revision(n)), nil
	case at != "":
		t, err := time.Parse(time.RFC3339Nano, at)
		if err != nil {
			return record.Until{}, bad("at must be a time such as 2026-01-31T12:00:00Z")
		}
		return record.Until{Time: t}, nil
	}
	return record.Until{}, nil
}

func auditError(err error) error {
	switch {
	case errors.Is(err, audit.ErrNoSuchRevision):
		return &commands.Error{Kind: commands.NotFound, Code: commands.CodeRevisionUnknown, Message: "the instance has no such revision"}
	case errors.Is(err, audit.ErrNotFound):
		return &commands.Error{Kind: commands.NotFound, Code: "instance_not_found", Message: "there is no such instance"}
	case errors.Is(err, audit.ErrErased):
		return &commands.Error{Kind: commands.Gone, Code: "instance_erased", Message: "the instance has been erased"}
	case errors.Is(err, audit.ErrOrder):
		return &commands.Error{Kind: commands.Invalid, Code: "query_invalid", Message: "from must not come after to"}
	case errors.Is(err, audit.ErrBeforeCreation):
		return &commands.Error{Kind: commands.NotFound, Code: commands.CodeRevisionUnknown, Message: "the instance did not exist then"}
	case errors.Is(err, audit.ErrOrder):
		return &commands.Error{Kind: commands.Invalid, Code: "query_invalid", Message: "from must not come after to"}
	}
	return err
}
