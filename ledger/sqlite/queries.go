package sqlite

import (
	"embed"
	"strings"
)

// The statements of this package, one in each file.
var (
	//go:embed queries/insert_event.sql
	insertEventSQL string
	//go:embed queries/insert_stream.sql
	insertStreamSQL string
	//go:embed queries/stream_head.sql
	streamHeadSQL string
	//go:embed queries/event_refs.sql
	eventRefsSQL string
	//go:embed queries/log_end.sql
	logEndSQL string
	//go:embed queries/read_log.sql
	readLogSQL string
	//go:embed queries/read_stream.sql
	readStreamSQL string
	//go:embed queries/read_event.sql
	readEventSQL string
	//go:embed queries/scan_log.sql
	scanLogSQL string
	//go:embed queries/stream_number.sql
	streamNumberSQL string
	//go:embed queries/stream_name.sql
	streamNameSQL string
	//go:embed queries/event_hash.sql
	eventHashSQL string
	//go:embed queries/last_revision.sql
	lastRevisionSQL string
	//go:embed queries/pragmas_writer.sql
	writerPragmas string
	//go:embed queries/pragmas_reader.sql
	readerPragmas string
)

// migrations holds the steps of the format, applied in the order of their names and never changed once released.
//
//go:embed migrations/*.sql
var migrations embed.FS

// single cuts what follows the text of a single statement: the driver keeps only a statement without a tail prepared.
func single(sql string) string { return strings.TrimRight(sql, "; \n") }
