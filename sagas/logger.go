package sagas

import (
	"context"
	"log/slog"

	"github.com/ThreeDotsLabs/watermill"
)

// logger gives Watermill's log lines to slog. What Watermill takes for news (a partition starts or ends) is of interest
// to developers only.
type logger struct{ to *slog.Logger }

func (l logger) Error(msg string, err error, f watermill.LogFields) {
	l.log(slog.LevelError, msg, f.Add(watermill.LogFields{"error": err}))
}
func (l logger) Info(msg string, f watermill.LogFields)  { l.log(slog.LevelDebug, msg, f) }
func (l logger) Debug(msg string, f watermill.LogFields) { l.log(slog.LevelDebug, msg, f) }
func (l logger) Trace(msg string, f watermill.LogFields) { l.log(slog.LevelDebug-4, msg, f) }

// With gives a logger that adds fields to every line.
func (l logger) With(f watermill.LogFields) watermill.LoggerAdapter {
	return logger{l.to.With(args(f)...)}
}

func (l logger) log(level slog.Level, msg string, f watermill.LogFields) {
	if ctx := context.Background(); l.to.Enabled(ctx, level) {
		l.to.Log(ctx, level, "watermill: "+msg, args(f)...)
	}
}

func args(f watermill.LogFields) []any {
	list := make([]any, 0, 2*len(f))
	for k, v := range f {
		list = append(list, k, v)
	}
	return list
}
