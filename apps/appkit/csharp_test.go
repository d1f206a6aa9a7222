package appkit

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func hooksOf(t *testing.T, files map[string]string) []string {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	hooks, err := Hooks(fsys)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, h := range hooks {
		if h.Line < 1 || h.Column < 1 || h.Here == "" || h.What == "" {
			t.Errorf("a hook is not whole: %+v", h)
		}
		name, _, _ := strings.Cut(h.What, " "+extensions[h.Interface].does)
		got = append(got, name)
	}
	slices.Sort(got)
	return got
}

func TestHooks_ReadsCSharp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		src  string
		want []string
	}{
		"a class":              {"class A : IDataProcessor { }", []string{"IDataProcessor A"}},
		"with a namespace":     {"class A : Altinn.App.Core.Features.IDataProcessor { }", []string{"IDataProcessor A"}},
		"two interfaces":       {"class A : IValidator, IUserAction { string Id => \"go\"; }", []string{"IUserAction A (\"go\")", "IValidator A (\"go\")"}},
		"type arguments":       {"class A<T, U> : B<IValidator, C<IUserAction>>, IUserAction where T : IValidator { }", []string{"IUserAction A"}},
		"primary constructor":  {"class A(IUserAction inner, int n = 1) : IValidator;", []string{"IValidator A"}},
		"an id with a body":    {"class A : IUserAction { public string Id { get { return \"x\"; } } }", []string{"IUserAction A (\"x\")"}},
		"an id of another":     {"class A : IUserAction { } class B { string Id => \"x\"; }", []string{"IUserAction A"}},
		"an id that is code":   {"class A : IUserAction { string Id => Name(\"x\"); }", []string{"IUserAction A"}},
		"somebody else's":      {"class A : IDisposable { }", nil},
		"a comment":            {"// class A : IValidator {}\n/* class B : IValidator {} */", nil},
		"a text":               {`var s = "class A : IValidator {}"; var v = @"""class B : IValidator {}"; var r = """class C : IValidator {}""";`, nil},
		"an interpolated text": {`var s = $"class A : IValidator {{ {x} }}";`, nil},
		"a text without end":   {"var s = \"class\nclass A : IValidator {}", []string{"IValidator A"}},
		"a directive":          {"#region it's\nclass A : IValidator {}", []string{"IValidator A"}},
		"a constraint":         {"class A<T> where T : IValidator { }", nil},
		"registered":           {"s.AddTransient<IValidator, A>();", []string{"IValidator A"}},
		"registered keyed":     {"s.AddKeyedSingleton<IValidator, A>(\"k\");", []string{"IValidator A"}},
		"registered by typeof": {"s.AddTransient(typeof(IValidator), typeof(N.A));", []string{"IValidator A"}},
		"registered by lambda": {"s.AddTransient<IValidator>(p => new A());", []string{"IValidator"}},
		"both":                 {"s.AddTransient<IValidator, A>(); class A : IValidator {}", []string{"IValidator A"}},
		"not a registration":   {"var x = Add<IValidator, A>(); s.Get<IValidator>();", nil},
		"a package":            {"s.AddAltinnCodelists();", []string{"IAppOptionsProvider by AddAltinnCodelists"}},
		"nothing":              {"", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := hooksOf(t, map[string]string{"logic/x.cs": c.src}); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestHooks_SaysWhatIsNotRegistered(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{"a.cs": {Data: []byte("class A : IValidator {}\nclass B : IUserAction {}")}, "Program.cs": {Data: []byte("s.AddScoped<IValidator, A>();")}}
	hooks, err := Hooks(fsys)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range hooks {
		if unregistered := strings.Contains(h.What, "no registration"); unregistered != (h.Interface == "IUserAction") {
			t.Errorf("got %+v", h)
		}
	}
}

// Files that cannot be parsed are for apps.Load to report.
func TestHooks_PassesOverBrokenFiles(t *testing.T) {
	t.Parallel()
	got := hooksOf(t, map[string]string{
		"ui/Task_1/layouts/a.json": "{", "ui/Task_1/layouts/b.json": `{"data": {"layout": [1, null, {"optionsId": 7, "actions": {}, "externalApi": []}]}}`,
		"ui/Task_1/layouts/c.json": `{"data": {"layout": {}}}`, metadataFile: `{"dataTypes": [{"enabledFileAnalysers": {}}, 3], "eFormidling": null}`, processFile: "<a",
	})
	if len(got) > 0 {
		t.Errorf("got %q", got)
	}
}

func TestHooks_OptionsWithAFileNeedNoCode(t *testing.T) {
	t.Parallel()
	page := `{"data": {"layout": [{"id": "a", "optionsId": "yes"}, {"id": "b", "optionsId": ""}, {"id": "c", "optionsId": "../x"}, {"id": "d", "optionsId": "land"}]}}`
	got := hooksOf(t, map[string]string{"ui/Task_1/layouts/a.json": page, "options/yes.json": "[]", "x.json": "[]"})
	if len(got) != 1 || !strings.Contains(got[0], `"../x"`) {
		t.Errorf("got %q", got)
	}
}

func TestExtensions_AreWhole(t *testing.T) {
	t.Parallel()
	for name, e := range extensions {
		if e.does == "" || e.here == "" {
			t.Errorf("%s says too little", name)
		}
	}
	for name, service := range baseClasses {
		if extensions[service].does == "" {
			t.Errorf("%s is an unknown %s", name, service)
		}
	}
	for name, service := range registrations {
		if extensions[service].does == "" {
			t.Errorf("%s is an unknown %s", name, service)
		}
	}
	for _, name := range []string{"IDataListProvider", "IUserAction", "IExternalApiClient", "IAppOptionsProvider", "IFileAnalyser", "IFileValidator",
		"ISigneeProvider", "IServiceTask", "IProcessTask", "IOrderDetailsCalculator", "IEFormidlingMetadata", "IProcessExclusiveGateway"} {
		if extensions[name].here == "" {
			t.Errorf("declared files refer to %s, which is not in the table", name)
		}
	}
}

func FuzzCSharp(f *testing.F) {
	for _, seed := range []string{"class A : IValidator { string Id => \"x\"; }", `$@"a""b" @$"c" """d""" '\'' /* x`, "s.AddX<IValidator, B<C>>(typeof(", "#\r\n\"\\", "@", "$@", "class", "record A("} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		last := -1
		for _, token := range csTokens([]byte(src)) {
			if token.offset <= last || token.offset >= len(src) || token.kind == csName && !strings.HasPrefix(src[token.offset:], token.text) {
				t.Fatalf("token %q at %d after %d", token.text, token.offset, last)
			}
			last = token.offset
		}
		hooksOf(t, map[string]string{"a.cs": src})
	})
}
