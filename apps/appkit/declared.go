package appkit

import (
	"slices"
	"strings"

	"github.com/hovedbok/hovedbok/apps/jsonc"
	"github.com/hovedbok/hovedbok/apps/options"
)

// declaredFile is a JSON file that is searched for references to code.
type declaredFile struct {
	*hookScanner
	name  string
	lines *jsonc.Lines
}

func (d declaredFile) need(at *jsonc.Node, name, what string) {
	d.hookScanner.need(d.name, d.lines, at.Offset, name, what)
}

// layouts searches the pages of every UI folder.
func (s *hookScanner) layouts() error {
	return s.each("ui", ".json", func(name string, src []byte) {
		if !strings.Contains(name, "/layouts/") {
			return
		}
		root, err := jsonc.Parse(src, jsonc.Lenient)
		if err != nil {
			return
		}
		d := declaredFile{s, name, jsonc.NewLines(src)}
		if list := root.GetFold("data").GetFold("layout"); list != nil {
			for _, component := range list.Items {
				d.component(component)
			}
		}
		d.expressions(root)
	})
}

// component looks at what a component names that code must give.
func (d declaredFile) component(c *jsonc.Node) {
	if id := c.GetFold("optionsId"); id.Is(jsonc.String) && id.Text != "" {
		d.options(id, id.Text)
	}
	if id := c.GetFold("dataListId"); id.Is(jsonc.String) && id.Text != "" {
		d.need(id, "IDataListProvider", "the rows of list "+quote(id.Text)+" come from code (IDataListProvider)")
	}
	if id := c.GetFold("externalApi").GetFold("id"); id.Is(jsonc.String) {
		d.need(id, "IExternalApiClient", "data of the service "+quote(id.Text)+" come through code (IExternalApiClient)")
	}
	if actions := c.GetFold("actions"); actions.Is(jsonc.List) {
		for _, action := range actions.Items {
			if id := action.GetFold("id"); id.Is(jsonc.String) && action.GetFold("type").Is(jsonc.String) && strings.EqualFold(action.GetFold("type").Text, "ServerAction") {
				d.need(id, "IUserAction", "the button's action "+quote(id.Text)+" runs code (IUserAction)")
			}
		}
	}
}

// options looks for the list in App/options, and among those that every app has.
func (d declaredFile) options(at *jsonc.Node, id string) {
	known := d.exists("options/"+id+".json") && !strings.ContainsAny(id, `/\`) || slices.Contains(options.Predefined(), id)
	if !known {
		d.need(at, "IAppOptionsProvider", "options "+quote(id)+" have no file in App/options, so they come from code (IAppOptionsProvider)")
	}
}

// expressions looks for calls of externalApi and optionLabel with an id that stands in them.
func (d declaredFile) expressions(n *jsonc.Node) {
	for _, m := range n.Members {
		d.expressions(m.Value)
	}
	for _, item := range n.Items {
		d.expressions(item)
	}
	if len(n.Items) < 2 || !n.Items[0].Is(jsonc.String) || !n.Items[1].Is(jsonc.String) {
		return
	}
	switch id := n.Items[1]; n.Items[0].Text {
	case "externalApi":
		d.need(id, "IExternalApiClient", "the expression reads from the service "+quote(id.Text)+" through code (IExternalApiClient)")
	case "optionLabel":
		d.options(id, id.Text)
	}
}

func quote(text string) string { return `"` + text + `"` }

// metadata searches applicationmetadata.json.
func (s *hookScanner) metadata() error {
	src, err := s.file(metadataFile)
	if src == nil || err != nil {
		return err
	}
	root, parseErr := jsonc.Parse(src, jsonc.Lenient)
	if parseErr != nil {
		return nil // apps.Load says where
	}
	d := declaredFile{s, metadataFile, jsonc.NewLines(src)}
	if types := root.GetFold("dataTypes"); types.Is(jsonc.List) {
		for _, t := range types.Items {
			d.each(t.GetFold("enabledFileAnalysers"), "IFileAnalyser", "files are looked into by")
			d.each(t.GetFold("enabledFileValidators"), "IFileValidator", "files are validated by")
		}
	}
	if shipment := root.GetFold("eFormidling"); shipment.Is(jsonc.Object) {
		d.need(shipment, "IEFormidlingMetadata", "the shipment needs a cover that code writes (IEFormidlingMetadata)")
	}
	return nil
}

func (d declaredFile) each(list *jsonc.Node, service, what string) {
	if !list.Is(jsonc.List) {
		return
	}
	for _, id := range list.Items {
		if id.Is(jsonc.String) {
			d.need(id, service, what+" "+quote(id.Text)+", which is code ("+service+")")
		}
	}
}
