package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/hovedbok/hovedbok/node"
	"github.com/hovedbok/hovedbok/sagas"
)

// cmdParked lists what sagas could not do, and asks for another try. It works beside a running node, on the same file.
func cmdParked(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	verb := "list"
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		verb, args = args[0], args[1:]
	}
	var ids []string
	for len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		ids, args = append(ids, args[0]), args[1:]
	}
	flags := flag.NewFlagSet("parked", flag.ContinueOnError)
	data := flags.String("data", "data", "data `folder` of the node")
	config := flags.String("config", "", "configuration `file` of the node, in place of --data")
	all := flags.Bool("all", false, "retry everything that is parked")
	why := flags.String("why", "", "reason for discarding")
	asJSON := flags.Bool("json", false, "list as JSON")
	if code, ok := parse(flags, args, stdout, stderr); !ok {
		return code
	}
	if *config != "" {
		c, err := node.ReadConfig(*config)
		if err != nil {
			return usage(stderr, "parked", err.Error())
		}
		*data = c.Data
	}
	store, err := sagas.OpenExisting(ctx, filepath.Join(*data, node.FileSagas))
	if err != nil {
		return failed(stderr, "parked", err)
	}
	defer store.Close()
	switch {
	case verb == "list" && len(ids) == 0:
		err = listParked(ctx, store, stdout, *asJSON)
	case verb == "retry" && *all != (len(ids) > 0):
		err = retryParked(ctx, store, stdout, ids)
	case verb == "discard" && len(ids) > 0 && *why != "":
		err = discardParked(ctx, store, stdout, ids, *why)
	default:
		return usage(stderr, "parked", "use: list, retry ID…, retry --all, or discard ID… --why TEXT")
	}
	if errors.Is(err, sagas.ErrNotParked) {
		return usage(stderr, "parked", err.Error())
	}
	if err != nil {
		return failed(stderr, "parked", err)
	}
	return exitOK
}

func listParked(ctx context.Context, store *sagas.Store, w io.Writer, asJSON bool) error {
	list, err := store.ListParked(ctx, sagas.ParkedFilter{})
	if err != nil {
		return err
	}
	if asJSON {
		return json.NewEncoder(w).Encode(list)
	}
	if len(list) == 0 {
		fmt.Fprintln(w, "nothing is parked")
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tHANDLER\tEVENT\tSTREAM\tCLASS\tTRIES\tSINCE\tREASON")
	for _, p := range list {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\n", p.ID, p.Handler, p.Type, p.Stream, p.Class, p.Attempts, p.First.Format(time.DateTime), oneLine(p.Reason))
	}
	return t.Flush()
}

func retryParked(ctx context.Context, store *sagas.Store, w io.Writer, ids []string) error {
	n, err := store.RequestRetry(ctx, ids...)
	if err == nil {
		fmt.Fprintf(w, "%d will be tried again as soon as a node runs\n", n)
	}
	return err
}

func discardParked(ctx context.Context, store *sagas.Store, w io.Writer, ids []string, why string) error {
	for _, id := range ids {
		if err := store.Discard(ctx, id, "operator", why); err != nil {
			return err
		}
	}
	fmt.Fprintf(w, "%d discarded\n", len(ids))
	return nil
}
