package apps

import (
	"maps"
	"strings"

	"github.com/hovedbok/hovedbok/apps/jsonc"
)

// Settings are the parts of appsettings.json that change what the declared files mean. All are off
// unless the app turns them on.
type Settings struct {
	RemoveHiddenData      bool // hidden fields are cleared when the task ends
	RequiredValidation    bool // "required" of components is enforced on the server
	ExpressionValidation  bool // *.validation.json is enforced on the server
	XSDValidation         bool // form data is held against the XSD
	EnforceDataTypeTaskID bool // data of another task cannot be written
	RegisterEvents        bool // cloud events are published
	EnableEFormidling     bool // v8: the shipment in the metadata is sent
	// FrontEnd is the section FrontEndSettings, whose values expressions and texts can read.
	FrontEnd map[string]string
}

// flag gives the field of a name in the section AppSettings.
func (s *Settings) flag(name string) *bool {
	switch strings.ToLower(name) {
	case "removehiddendata":
		return &s.RemoveHiddenData
	case "requiredvalidation":
		return &s.RequiredValidation
	case "expressionvalidation":
		return &s.ExpressionValidation
	case "xsdvalidation":
		return &s.XSDValidation
	case "enforcedatatypetaskid":
		return &s.EnforceDataTypeTaskID
	case "registereventswitheventscomponent":
		return &s.RegisterEvents
	case "enableeformidling":
		return &s.EnableEFormidling
	default:
		return nil
	}
}

// Settings gives the settings in an environment, such as "Production": those of appsettings.json, with
// those of appsettings.<environment>.json on top. The name counts without regard to case.
func (a *App) Settings(environment string) Settings {
	if s, ok := a.settings[strings.ToLower(environment)]; ok {
		return s
	}
	return a.settings[""]
}

const settingsFile = "appsettings.json"

// readSettings gives the settings by environment; those of every other environment are under "".
func readSettings(files *Files, report *reporter) map[string]Settings {
	base := Settings{FrontEnd: map[string]string{}}
	overlay(&base, files, settingsFile, report)
	all := map[string]Settings{"": base}
	for name := range files.content {
		environment, ok := strings.CutPrefix(name, "appsettings.")
		environment, more := strings.CutSuffix(environment, ".json")
		if !ok || !more || strings.Contains(name, "/") {
			continue
		}
		s := base
		s.FrontEnd = maps.Clone(base.FrontEnd)
		overlay(&s, files, name, report)
		all[strings.ToLower(environment)] = s
	}
	return all
}

// overlay sets what a file says. Names count without regard to case, and a boolean may be a text, as in
// .NET.
func overlay(s *Settings, files *Files, name string, report *reporter) {
	text, ok := files.Get(name)
	if !ok {
		return
	}
	r := fileReporter{reporter: report, file: name, lines: jsonc.NewLines(text)}
	root := parseJSON(r, text, jsonc.Lenient)
	if section := root.GetFold("AppSettings"); section != nil {
		for _, m := range section.Members {
			if target := s.flag(m.Name); target != nil {
				setFlag(r, m, target)
			}
		}
	}
	if section := root.GetFold("FrontEndSettings"); section != nil {
		for _, m := range section.Members {
			if m.Value.Is(jsonc.String, jsonc.Number, jsonc.Bool) {
				s.FrontEnd[m.Name] = m.Value.Text
			}
		}
	}
}

func setFlag(r fileReporter, m jsonc.Member, target *bool) {
	switch text := strings.ToLower(m.Value.Text); {
	case m.Value.Is(jsonc.Bool, jsonc.String) && (text == "true" || text == "false"):
		*target = text == "true"
	default:
		r.fault(m.Value.Offset, FaultSettings, "write true or false", "%s is no boolean", m.Name)
	}
}
