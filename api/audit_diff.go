package api

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/hovedbok/hovedbok/audit"
	"github.com/hovedbok/hovedbok/commands"
	"github.com/hovedbok/hovedbok/record"
)

// instanceDiff is GET …/diff?from=&to=: what changed between two points, field by field, and by whom. A point is a revision or a time.
func (s *Server) instanceDiff(c *gin.Context) {
	from, to := audit.Beginning(), record.Until{}
	var err error
	if text := query(c, "from"); text != "" {
		from, err = audit.ParsePoint(text, time.UTC)
	}
	if text := query(c, "to"); text != "" && err == nil {
		to, err = audit.ParsePoint(text, time.UTC)
	}
	if err != nil {
		s.fail(c, &commands.Error{Kind: commands.Invalid, Code: "query_invalid", Message: err.Error()})
		return
	}
	res, ok := s.peek(c)
	if !ok {
		return
	}
	changes, err := audit.Diff(c, s.Log, res.State.ID, from, to)
	if err != nil {
		s.fail(c, auditError(err))
		return
	}
	write(c, http.StatusOK, gin.H{"changes": changes})
}
