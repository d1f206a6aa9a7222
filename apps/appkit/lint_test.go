package appkit_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/apps/appkit"
)

// lintText is the report of folders as people read it, with dir written as DIR.
func lintText(t *testing.T, dir string, dirs ...string) string {
	t.Helper()
	reports, err := appkit.Lint(dirs...)
	must(t, err)
	var b strings.Builder
	must(t, appkit.WriteReports(&b, reports))
	return strings.ReplaceAll(b.String(), filepath.ToSlash(dir), "DIR")
}

// newApp writes a new app into a tree and gives its folder.
func newApp(t *testing.T, root string, n appkit.New) string {
	t.Helper()
	dir := filepath.Join(root, n.Org, n.Name)
	must(t, appkit.Create(dir, n))
	return dir
}

// edit changes a file of an app. old must be in it.
func edit(t *testing.T, dir, name, old, new string) {
	t.Helper()
	file := filepath.Join(dir, "App", filepath.FromSlash(name))
	before, err := os.ReadFile(file)
	must(t, err)
	after := strings.Replace(string(before), old, new, 1)
	if after == string(before) {
		t.Fatalf("%s does not hold %q", name, old)
	}
	must(t, os.WriteFile(file, []byte(after), 0o644))
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	file := filepath.Join(dir, "App", filepath.FromSlash(name))
	must(t, os.MkdirAll(filepath.Dir(file), 0o755))
	must(t, os.WriteFile(file, []byte(content), 0o644))
}

// faulty is an app with one thing wrong of many kinds.
func faulty(t *testing.T) (root, dir string) {
	t.Helper()
	root = t.TempDir()
	dir = newApp(t, root, appkit.New{Org: "nordvik", Name: "feil", LinkTo: "nordvik/finnes-ikke"})
	edit(t, dir, "config/process/process.bpmn", `targetRef="EndEvent_1"`, `targetRef="EndEvent_2"`)
	edit(t, dir, "models/skjema.schema.json", `"type": "object"`, `"type": "objekt"`)
	edit(t, dir, "ui/Task_1/Settings.json", `"oppsummering"`, `"kvittering"`)
	edit(t, dir, "config/applicationmetadata.json", `"maxCount": 1`, `"maxCount": "1"`)
	edit(t, dir, "config/links.json", `"Submitted"`, `"Sent"`)
	edit(t, dir, "config/texts/resource.nn.json", `"resources": [`, `"resources": {`)
	return root, dir
}

const csharpProgram = `#nullable enable
// services.AddTransient<IDataProcessor, Commented>();
#region that's registered
void RegisterCustomAppServices(IServiceCollection services, IConfiguration config)
{
    services.AddTransient<IDataProcessor, Logic.Calculator>();
    services.TryAddScoped(typeof(Altinn.App.Core.Features.IInstantiationValidator), typeof(OnlyCompanies));
    services.AddTransient<IAppOptionsProvider>(sp => new Countries("services.AddTransient<IValidator, Text>()"));
    services.AddHttpClient<IWeather, Weather>();
    services.AddAltinnCodelists();
}
`

const csharpLogic = `namespace Altinn.App.Logic;

/* class Old : IDataProcessor {} */
public sealed class Calculator<T>(ILogger<Calculator<T>> log) : Base<Dictionary<string, int>>, Altinn.App.Core.Features.IDataProcessor where T : class
{
    private const string Verbatim = @"c:\temp ""class X : IValidator""";
    private readonly char quote = '"';
}

internal class Countries : IAppOptionsProvider
{
    public string Id { get; set; } = "countries";
}

public class Way : IProcessExclusiveGateway, IDisposable
{
    public string GatewayId => "Gateway_1";
}

public class Rules : GenericFormDataValidator<Skjema> { }
public record Plain(string Name) : IEquatable<Plain>;
`

// coded is an app that runs C# on Altinn, and refers to code in its declared files.
func coded(t *testing.T) (root, dir string) {
	t.Helper()
	root = t.TempDir()
	dir = newApp(t, root, appkit.New{Org: "nordvik", Name: "kode"})
	write(t, dir, "Program.cs", csharpProgram)
	write(t, dir, "logic/deep/Logic.cs", csharpLogic)
	write(t, dir, "obj/Generated.cs", "class G : IDataProcessor {}")
	edit(t, dir, "models/Skjema.cs", "public class Skjema", "public class Skjema : IValidator")
	edit(t, dir, "config/applicationmetadata.json", `"enabledFileAnalysers": []`, `"enabledFileAnalysers": ["mimeTypeAnalyser"]`)
	edit(t, dir, "ui/Task_1/layouts/skjema.json", `"type": "Input",`, `"type": "Dropdown", "optionsId": "countries", "hidden": ["equals", ["externalApi", "weather", "temp"], ["optionLabel", "months", 1]],`)
	edit(t, dir, "ui/Task_1/layouts/oppsummering.json", `"type": "Button",`, `"type": "CustomButton", "actions": [{"type": "ServerAction", "id": "compute"}, {"type": "ClientAction", "id": "nextPage"}],`)
	edit(t, dir, "ui/Task_2/layouts/innsending.json", `"type": "Paragraph",`, `"type": "List", "dataListId": "people", "externalApi": {"id": "weather"},`)
	edit(t, dir, "config/process/process.bpmn", `<bpmn:sequenceFlow id="Flow_3" sourceRef="Task_2" targetRef="EndEvent_1" />`, `
    <bpmn:sequenceFlow id="Flow_3" sourceRef="Task_2" targetRef="Gateway_1" />
    <bpmn:exclusiveGateway id="Gateway_1" />
    <bpmn:sequenceFlow id="Flow_4" sourceRef="Gateway_1" targetRef="Task_3" />
    <bpmn:sequenceFlow id="Flow_5" sourceRef="Gateway_1" targetRef="Task_4" />
    <bpmn:serviceTask id="Task_3"><bpmn:extensionElements><altinn:taskExtension>
      <altinn:taskType>archive</altinn:taskType>
      <altinn:actions><altinn:action type="serverAction">compute</altinn:action></altinn:actions>
    </altinn:taskExtension></bpmn:extensionElements></bpmn:serviceTask>
    <bpmn:sequenceFlow id="Flow_6" sourceRef="Task_3" targetRef="Task_4" />
    <bpmn:task id="Task_4"><bpmn:extensionElements><altinn:taskExtension>
      <altinn:taskType>signing</altinn:taskType>
      <altinn:signatureConfig><altinn:signeeProviderId>owners</altinn:signeeProviderId></altinn:signatureConfig>
    </altinn:taskExtension></bpmn:extensionElements></bpmn:task>
    <bpmn:sequenceFlow id="Flow_7" sourceRef="Task_4" targetRef="Task_5" />
    <bpmn:task id="Task_5"><bpmn:extensionElements><altinn:taskExtension>
      <altinn:taskType>payment</altinn:taskType>
    </altinn:taskExtension></bpmn:extensionElements></bpmn:task>
    <bpmn:sequenceFlow id="Flow_8" sourceRef="Task_5" targetRef="EndEvent_1" />`)
	return root, dir
}

func TestLint_Golden(t *testing.T) {
	t.Parallel()
	faultyRoot, _ := faulty(t)
	codedRoot, codedDir := coded(t)
	for name, c := range map[string]struct{ dir, lint string }{
		"examples.txt": {sampleApps, sampleApps},
		"faulty.txt":   {faultyRoot, faultyRoot},
		"coded.txt":    {codedRoot, codedDir},
	} {
		golden(t, filepath.Join("lint", name), lintText(t, c.dir, c.lint))
	}
}

func TestLint_AltinnAppsHaveNoErrors(t *testing.T) {
	t.Parallel()
	root := altinnApps(t)
	golden(t, filepath.Join("lint", "altinn-service-task.txt"), lintText(t, root, filepath.Join(root, "service-task")))
	reports, err := appkit.Lint(root)
	must(t, err)
	entries, err := os.ReadDir(root)
	must(t, err)
	if len(reports) != len(entries) {
		t.Errorf("%d reports of %d apps", len(reports), len(entries))
	}
	for _, r := range reports {
		for _, f := range r.Findings {
			if f.Severity == appkit.Error || f.Line == 0 && f.Severity == appkit.Code {
				t.Error(f)
			}
		}
		if r.App == "" || r.Failed() {
			t.Errorf("%s cannot be published", r.Dir)
		}
	}
}

// A link is checked against the apps that are linted together, and not against guesses.
func TestLint_LinksAreHeldAgainstTheOtherApps(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	a := newApp(t, root, appkit.New{Org: "nordvik", Name: "a", LinkTo: "nordvik/b"})
	if got := lintText(t, root, a); !strings.Contains(got, "warning: nordvik/b is not here") || strings.Contains(got, "error") {
		t.Errorf("alone:\n%s", got)
	}
	if got := lintText(t, root, root); !strings.Contains(got, "DIR/nordvik/a/App/config/links.json:7:17: error: there is no app nordvik/b") {
		t.Errorf("in a tree without b:\n%s", got)
	}
	b := newApp(t, root, appkit.New{Org: "nordvik", Name: "b"})
	for name, dirs := range map[string][]string{"the tree": {root}, "both": {a, b}, "App itself": {filepath.Join(a, "App"), b}} {
		if got := lintText(t, root, dirs...); got != "nordvik/a: nothing to remark\nnordvik/b: nothing to remark\n" {
			t.Errorf("%s:\n%s", name, got)
		}
	}
}

// A tree is what a node publishes, so that the names of its folders count.
func TestLint_TheTreeNamesTheApp(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	dir := newApp(t, root, appkit.New{Org: "nordvik", Name: "a"})
	must(t, os.Rename(dir, filepath.Join(root, "nordvik", "annen")))
	if got := lintText(t, root, root); !strings.Contains(got, "[app_other_name]") {
		t.Errorf("got\n%s", got)
	}
}

func TestLint_JSON(t *testing.T) {
	t.Parallel()
	root, dir := coded(t)
	reports, err := appkit.Lint(dir)
	must(t, err)
	text, err := json.MarshalIndent(reports, "", "  ")
	must(t, err)
	golden(t, filepath.Join("lint", "coded.json"), strings.ReplaceAll(string(text), filepath.ToSlash(root), "DIR")+"\n")
	var back []appkit.Report
	must(t, json.Unmarshal(text, &back))
	if len(back) != 1 || !slices.Equal(back[0].Findings, reports[0].Findings) {
		t.Error("the JSON does not hold the whole report")
	}
	empty, err := appkit.Lint(newApp(t, t.TempDir(), appkit.New{Org: "a", Name: "b"}))
	must(t, err)
	if text, err := json.Marshal(empty); err != nil || !strings.Contains(string(text), `"findings":[]`) {
		t.Errorf("no findings are %s, %v", text, err)
	}
}

func TestLint_Folders(t *testing.T) {
	t.Parallel()
	empty := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(empty, "a", "b", "c"), 0o755))
	if _, err := appkit.Lint(empty); !errors.Is(err, appkit.ErrNoApp) {
		t.Errorf("a folder without apps gives %v", err)
	}
	if _, err := appkit.Lint(filepath.Join(empty, "not")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that is not there gives %v", err)
	}
	must(t, os.MkdirAll(filepath.Join(empty, "org", "app", "App", "config"), 0o755))
	reports, err := appkit.Lint(empty)
	must(t, err)
	if len(reports) != 1 || !reports[0].Failed() || reports[0].App != "" {
		t.Errorf("an app without files gives %+v", reports)
	}
}

func TestFinding_String(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]appkit.Finding{
		"a.json:3:7: error: m (h) [c]": {File: "a.json", Line: 3, Column: 7, Severity: appkit.Error, Code: "c", Message: "m", Hint: "h"},
		"a.json:3: warning: m [c]":     {File: "a.json", Line: 3, Severity: appkit.Warning, Code: "c", Message: "m"},
		"a.json: note: m [c]":          {File: "a.json", Severity: appkit.Note, Code: "c", Message: "m"},
	} {
		if got := f.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
