package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"

	"github.com/hovedbok/hovedbok/apps/appkit"
)

const appUsage = "use: lint DIR… [--json], show DIR [--lang nb], or new DIR --org ORG --name NAME [--title TEXT] [--link-to org/app]"

// cmdApp checks, shows and makes app folders. It opens no node and no data folder.
func cmdApp(_ context.Context, args []string, stdout, stderr io.Writer) int {
	verb := ""
	if len(args) > 0 {
		verb = args[0]
	}
	switch verb {
	case "lint":
		return appLint(args[1:], stdout, stderr)
	case "show":
		return appShow(args[1:], stdout, stderr)
	case "new":
		return appNew(args[1:], stdout, stderr)
	case "-h", "-help", "--help", "help":
		fmt.Fprintln(stdout, "hovedbok app: "+appUsage)
		return exitOK
	}
	return usage(stderr, "app", appUsage)
}

// parseMixed reads flags that stand before, between or after the other arguments, and gives those.
func parseMixed(flags *flag.FlagSet, args []string, stdout, stderr io.Writer) (rest []string, code int, ok bool) {
	for {
		if code, ok := parse(flags, args, stdout, stderr); !ok {
			return nil, code, false
		}
		if flags.NArg() == 0 {
			return rest, exitOK, true
		}
		rest, args = append(rest, flags.Arg(0)), flags.Args()[1:]
	}
}

// appLint gives 0 when every app can be published, also with warnings, and 1 when one cannot.
func appLint(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("app lint", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "write the reports as JSON")
	dirs, code, ok := parseMixed(flags, args, stdout, stderr)
	if !ok {
		return code
	}
	if len(dirs) == 0 {
		return usage(stderr, "app lint", "name at least one app folder, or a tree of <org>/<app>")
	}
	reports, err := appkit.Lint(dirs...)
	if err != nil {
		return usage(stderr, "app lint", err.Error())
	}
	if err := writeReports(stdout, reports, *asJSON); err != nil {
		return failed(stderr, "app lint", err)
	}
	for _, r := range reports {
		if r.Failed() {
			return exitFailed
		}
	}
	return exitOK
}

func writeReports(w io.Writer, reports []appkit.Report, asJSON bool) error {
	if !asJSON {
		return appkit.WriteReports(w, reports)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(reports)
}

func appShow(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("app show", flag.ContinueOnError)
	language := flags.String("lang", "", "`language` of titles; default nb, or the first that the app has")
	dirs, code, ok := parseMixed(flags, args, stdout, stderr)
	if !ok {
		return code
	}
	if len(dirs) != 1 {
		return usage(stderr, "app show", "name one app folder")
	}
	found, err := appkit.Find(dirs[0])
	if err != nil {
		return usage(stderr, "app show", err.Error())
	}
	if len(found) > 1 {
		return usage(stderr, "app show", fmt.Sprintf("%s holds %d apps; name one of them", filepath.ToSlash(dirs[0]), len(found)))
	}
	app, faults, err := appkit.Load(found[0])
	if err != nil {
		return failed(stderr, "app show", err)
	}
	if app == nil {
		return failed(stderr, "app show", fmt.Errorf("the app has %d faults; hovedbok app lint %s tells them", len(faults.Errors()), filepath.ToSlash(dirs[0])))
	}
	if err := appkit.Show(stdout, app, *language); err != nil {
		return usage(stderr, "app show", err.Error())
	}
	return exitOK
}

func appNew(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("app new", flag.ContinueOnError)
	var n appkit.New
	flags.StringVar(&n.Org, "org", "", "service `owner`, such as nordvik")
	flags.StringVar(&n.Name, "name", "", "`name` of the app: lower-case letters, digits and hyphens")
	flags.StringVar(&n.Title, "title", "", "`text` that people see; default made of the name")
	flags.StringVar(&n.LinkTo, "link-to", "", "`org/app` of which each submission makes an instance")
	dirs, code, ok := parseMixed(flags, args, stdout, stderr)
	if !ok {
		return code
	}
	if len(dirs) != 1 || n.Org == "" || n.Name == "" {
		return usage(stderr, "app new", "name one folder, --org and --name")
	}
	files, err := n.Files()
	if err != nil {
		return usage(stderr, "app new", err.Error())
	}
	switch err := appkit.Create(dirs[0], n); {
	case errors.Is(err, appkit.ErrNotEmpty):
		return usage(stderr, "app new", err.Error())
	case err != nil:
		return failed(stderr, "app new", err)
	}
	dir := filepath.ToSlash(filepath.Clean(dirs[0]))
	fmt.Fprintf(stdout, "%s/%s: %d files in %s\n", n.Org, n.Name, len(files), dir)
	fmt.Fprintf(stdout, "next: hovedbok app lint %s; then put it in a tree as %s/%s, and name the tree under apps in the configuration\n", dir, n.Org, n.Name)
	return exitOK
}
