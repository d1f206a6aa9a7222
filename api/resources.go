package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/gin-gonic/gin"

	"github.com/hovedbok/hovedbok/apps"
	"github.com/hovedbok/hovedbok/apps/jsonc"
	"github.com/hovedbok/hovedbok/apps/options"
	"github.com/hovedbok/hovedbok/commands"
)

// What stands in an app's files is served to anybody, as in Altinn, from the version that new instances get. A file that an app may do without
// gives 204 when it is not there.

func init() {
	for _, l := range []string{
		"texts", "applicationlanguages", "applicationsettings", "footer", "resource", "formlayout.json", "layouts", "layoutsettings", "layoutsets",
		"rulehandler", "ruleconfiguration", "validationconfig", "options",
	} {
		literals[l] = l
	}
}

// namesAfter are the literals that a name of a file, or of a folder, follows.
var namesAfter = []string{"jsonschema", "layouts", "layoutsettings", "rulehandler", "ruleconfiguration", "validationconfig", "options"}

// environment is whose appsettings count: the one in which .NET runs an app that is not told of another.
const environment = "Production"

const (
	jsonType   = "application/json; charset=utf-8"
	scriptType = "text/javascript; charset=utf-8"
)

// fileName gives the app and the name in the path. A name that could lead out of its folder is refused.
func (s *Server) fileName(c *gin.Context) (*apps.App, string, bool) {
	app, ok := s.app(c)
	if !ok {
		return nil, "", false
	}
	name := c.Param("name")
	if !fs.ValidPath(name) || name == "." || strings.ContainsAny(name, `/\`) {
		s.fail(c, &commands.Error{Kind: commands.Invalid, Code: "name_invalid", Message: "the name in the path cannot be that of a file"})
		return nil, "", false
	}
	return app, name, true
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// file answers with a JSON file as it is, or 204. Comments and trailing commas, which app authors may write and clients cannot read, become spaces.
func (s *Server) file(c *gin.Context, app *apps.App, name string) {
	src, ok := app.Files.Get(name)
	if !ok {
		c.Status(http.StatusNoContent)
		return
	}
	src = bytes.TrimPrefix(src, byteOrderMark)
	if strict, err := jsonc.Standard(src, jsonc.Lenient); err == nil {
		src = strict
	}
	c.Data(http.StatusOK, jsonType, src)
}

// footer is GET {org}/{app}/api/v1/footer.
func (s *Server) footer(c *gin.Context) {
	if app, ok := s.app(c); ok {
		s.file(c, app, "ui/footer.json")
	}
}

// formLayout is GET {org}/{app}/api/resource/FormLayout.json, the one page of the oldest apps.
func (s *Server) formLayout(c *gin.Context) {
	if app, ok := s.app(c); ok {
		s.file(c, app, "ui/FormLayout.json")
	}
}

// globalSettings is GET {org}/{app}/api/layoutsettings.
func (s *Server) globalSettings(c *gin.Context) {
	if app, ok := s.app(c); ok {
		s.file(c, app, "ui/Settings.json")
	}
}

// layoutSettings is GET {org}/{app}/api/layoutsettings/{folder}.
func (s *Server) layoutSettings(c *gin.Context) {
	if app, name, ok := s.fileName(c); ok {
		s.file(c, app, "ui/"+name+"/Settings.json")
	}
}

// layoutSets is GET {org}/{app}/api/layoutsets. An app of v9 has none: a task's folder has the name of the task.
func (s *Server) layoutSets(c *gin.Context) {
	app, ok := s.app(c)
	if !ok {
		return
	}
	const name = "ui/layout-sets.json"
	if _, single := app.Folders[""]; !single && !app.Files.Has(name) {
		s.fail(c, &commands.Error{Kind: commands.Invalid, Code: "layout_sets_absent", Message: "this app has no layout sets: a task's folder in App/ui has the name of the task"})
		return
	}
	s.file(c, app, name)
}

// ruleConfiguration is GET {org}/{app}/api/ruleconfiguration/{folder}.
func (s *Server) ruleConfiguration(c *gin.Context) {
	if app, name, ok := s.fileName(c); ok {
		s.file(c, app, "ui/"+name+"/RuleConfiguration.json")
	}
}

// ruleHandler is GET {org}/{app}/api/rulehandler/{folder}: JavaScript for the client, which is never run here.
func (s *Server) ruleHandler(c *gin.Context) {
	app, name, ok := s.fileName(c)
	if !ok {
		return
	}
	src, ok := app.Files.Get("ui/" + name + "/RuleHandler.js")
	if !ok {
		c.Status(http.StatusNoContent)
		return
	}
	c.Data(http.StatusOK, scriptType, src)
}

// validationConfig is GET {org}/{app}/api/validationconfig/{data type}.
func (s *Server) validationConfig(c *gin.Context) {
	if app, name, ok := s.fileName(c); ok {
		s.file(c, app, "models/"+name+".validation.json")
	}
}

// layouts is GET {org}/{app}/api/layouts/{folder}: every page of the folder by its name; none for a folder that is not there.
func (s *Server) layouts(c *gin.Context) {
	if app, name, ok := s.fileName(c); ok {
		s.pages(c, app, "ui/"+name+"/layouts")
	}
}

// singleLayouts is GET {org}/{app}/api/layouts, for apps from before layout sets.
func (s *Server) singleLayouts(c *gin.Context) {
	app, ok := s.app(c)
	if !ok {
		return
	}
	if app.Files.Has("ui/FormLayout.json") {
		s.answerPages(c, app, []string{"ui/FormLayout.json"})
		return
	}
	s.pages(c, app, "ui/layouts")
}

func (s *Server) pages(c *gin.Context, app *apps.App, dir string) {
	names := slices.DeleteFunc(app.Files.Names(dir), func(name string) bool { return path.Dir(name) != dir })
	s.answerPages(c, app, names)
}

func (s *Server) answerPages(c *gin.Context, app *apps.App, names []string) {
	body := bytes.NewBufferString("{")
	for i, name := range names {
		if i > 0 {
			body.WriteByte(',')
		}
		if err := appendPage(body, app, name); err != nil {
			s.fail(c, err)
			return
		}
	}
	body.WriteByte('}')
	c.Data(http.StatusOK, jsonType, body.Bytes())
}

// appendPage writes a page as a member of an object, without comments and spaces.
func appendPage(body *bytes.Buffer, app *apps.App, name string) error {
	src, _ := app.Files.Get(name)
	strict, err := jsonc.Standard(src, jsonc.Lenient)
	if err != nil {
		return fmt.Errorf("api: page App/%s of %s: %w", name, app.ID, err)
	}
	page, err := json.Marshal(strings.TrimSuffix(path.Base(name), path.Ext(name)))
	if err != nil {
		return fmt.Errorf("api: page App/%s of %s: %w", name, app.ID, err)
	}
	body.Write(page)
	body.WriteByte(':')
	return json.Compact(body, strict)
}

// languageJSON is Altinn's ApplicationLanguage.
type languageJSON struct {
	Language string `json:"language"`
}

// languages is GET {org}/{app}/api/v1/applicationlanguages.
func (s *Server) languages(c *gin.Context) {
	app, ok := s.app(c)
	if !ok {
		return
	}
	if len(app.Texts) == 0 {
		s.noTexts(c)
		return
	}
	var out []languageJSON
	for _, tag := range slices.Sorted(maps.Keys(app.Texts)) {
		out = append(out, languageJSON{tag})
	}
	write(c, http.StatusOK, out)
}

func (s *Server) noTexts(c *gin.Context) {
	s.fail(c, &commands.Error{Kind: commands.NotFound, Code: "texts_not_found", Message: "the app has no texts in that language, nor in nb"})
}

// textResourceJSON is Altinn's TextResource. What is null is written.
type textResourceJSON struct {
	ID        string            `json:"id"`
	Org       string            `json:"org"`
	Language  string            `json:"language"`
	Resources []textElementJSON `json:"resources"`
}

type textElementJSON struct {
	ID        string             `json:"id"`
	Value     string             `json:"value"`
	Variables []textVariableJSON `json:"variables"`
}

type textVariableJSON struct {
	Key          string  `json:"key"`
	DataSource   string  `json:"dataSource"`
	DefaultValue *string `json:"defaultValue"`
}

// texts is GET {org}/{app}/api/v1/texts/{language}: the texts in a language, or in nb.
func (s *Server) texts(c *gin.Context) {
	app, ok := s.app(c)
	if !ok {
		return
	}
	tag := strings.ToLower(c.Param("language"))
	if len(tag) != 2 || strings.ContainsFunc(tag, func(r rune) bool { return r < 'a' || r > 'z' }) {
		s.fail(c, &commands.Error{Kind: commands.Invalid, Code: "language_invalid", Message: "a language is two letters, such as nb"})
		return
	}
	texts, ok := app.Texts[tag]
	if !ok {
		texts, ok = app.Texts["nb"]
	}
	if !ok {
		s.noTexts(c)
		return
	}
	write(c, http.StatusOK, textsJSON(app, texts))
}

func textsJSON(app *apps.App, texts apps.Texts) textResourceJSON {
	out := textResourceJSON{ID: app.Org + "-" + app.Name + "-" + texts.Language, Org: app.Org, Language: texts.Language, Resources: []textElementJSON{}}
	for _, r := range texts.Resources {
		e := textElementJSON{ID: r.ID, Value: r.Value}
		for _, v := range r.Variables {
			e.Variables = append(e.Variables, textVariableJSON(v))
		}
		out.Resources = append(out.Resources, e)
	}
	return out
}

// applicationSettings is GET {org}/{app}/api/v1/applicationsettings: FrontEndSettings, and the app's issuer of logins.
func (s *Server) applicationSettings(c *gin.Context) {
	app, ok := s.app(c)
	if !ok {
		return
	}
	out := map[string]string{}
	if provider := oidcProvider(app); provider != "" {
		out["appOidcProvider"] = provider
	}
	for name, value := range app.Settings(environment).FrontEnd {
		out[camelCase(name)] = value
	}
	write(c, http.StatusOK, out)
}

// oidcProvider gives AppSettings.AppOidcProvider; the file of the environment counts before the other.
func oidcProvider(app *apps.App) string {
	for _, name := range []string{"appsettings." + environment + ".json", "appsettings.json"} {
		src, _ := app.Files.Get(name)
		tree, err := jsonc.Parse(src, jsonc.Lenient)
		if err != nil {
			continue // not there; a broken one is not published
		}
		if provider := tree.GetFold("AppSettings").GetFold("AppOidcProvider"); provider.Is(jsonc.String) {
			return provider.Text
		}
	}
	return ""
}

// camelCase writes a name as .NET's JSON does: capitals at the front become small, except the last of several before a small letter.
func camelCase(name string) string {
	runes := []rune(name)
	for i, r := range runes {
		if !unicode.IsUpper(r) || i > 0 && i+1 < len(runes) && !unicode.IsUpper(runes[i+1]) {
			break
		}
		runes[i] = unicode.ToLower(r)
	}
	return string(runes)
}

// options is GET {org}/{app}/api/options/{id}. Parameters other than the language go to the provider of the list.
func (s *Server) options(c *gin.Context) {
	app, ok := s.app(c)
	if !ok {
		return
	}
	list, err := s.OptionLists.Options(c.Request.Context(), optionsRequest(c, app, ""))
	s.answerOptions(c, list, err)
}

// instanceOptions is GET …/instances/{party}/{guid}/options/{id}, for those who may read the instance; the list may depend on it.
func (s *Server) instanceOptions(c *gin.Context) {
	res, ok := s.peek(c)
	if !ok {
		return
	}
	instance := strconv.Itoa(res.State.Owner) + "/" + res.State.ID.String()
	list, err := s.OptionLists.InstanceOptions(c.Request.Context(), optionsRequest(c, res.App, instance))
	s.answerOptions(c, list, err)
}

func optionsRequest(c *gin.Context, app *apps.App, instance string) options.Request {
	r := options.Request{App: app, ID: c.Param("optionsId"), Instance: instance, Parameters: map[string]string{}}
	for name, values := range c.Request.URL.Query() {
		if strings.EqualFold(name, "language") {
			r.Language = values[0]
			continue
		}
		r.Parameters[name] = values[0]
	}
	return r
}

func (s *Server) answerOptions(c *gin.Context, list options.List, err error) {
	if errors.Is(err, options.ErrNotFound) {
		s.fail(c, &commands.Error{Kind: commands.NotFound, Code: "options_not_found", Message: err.Error(), Err: err})
		return
	}
	if err != nil {
		s.fail(c, err)
		return
	}
	if len(list.Downstream) > 0 {
		c.Header("Altinn-DownstreamParameters", downstream(list.Downstream))
	}
	if list.Options == nil {
		list.Options = []options.Option{}
	}
	write(c, http.StatusOK, list.Options)
}

// downstream writes parameters as k=v,k2=v2, each part escaped as in an address.
func downstream(parameters map[string]string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		parts = append(parts, url.QueryEscape(name)+"="+url.QueryEscape(parameters[name]))
	}
	return strings.Join(parts, ",")
}
