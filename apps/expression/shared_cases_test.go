package expression

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hovedbok/hovedbok/domain/document"
)

// casesVariable names the environment variable that says where the case files lie.
const casesVariable = "HOVEDBOK_EXPRESSION_CASES"

// notRun names the case files, by the end of their path, that cannot be run here, each with the reason. It is empty:
// what needs layouts runs on the small layout engine of shared_layout_test.go.
var notRun = map[string]string{}

// caseFile is one file of Altinn's shared expression tests.
type caseFile struct {
	caseItem
	Context struct {
		Component     string `json:"component"`
		RowIndices    []int  `json:"rowIndices"`
		CurrentLayout string `json:"currentLayout"`
	} `json:"context"`
	TestCases        []caseItem                      `json:"testCases"`
	Layouts          orderedPages                    `json:"layouts"`
	DataModel        *document.Node                  `json:"dataModel"`
	DataModels       []caseModel                     `json:"dataModels"`
	TextResources    []caseText                      `json:"textResources"`
	FrontendSettings map[string]Value                `json:"frontendSettings"`
	Instance         *caseInstance                   `json:"instance"`
	DataElements     []caseElement                   `json:"instanceDataElements"`
	Process          *caseProcess                    `json:"process"`
	Permissions      *caseTask                       `json:"permissions"`
	Profile          struct{ Language string }       `json:"profileSettings"`
	Positional       []Value                         `json:"positionalArguments"`
	Named            *caseNamed                      `json:"valueArguments"`
	ExternalAPIs     struct{ Data map[string]Value } `json:"externalApis"`
	CodeLists        map[string][]caseOption         `json:"codeLists"`
	GatewayAction    string                          `json:"gatewayAction"`
	Stateless        bool                            `json:"stateless"`
	ExpectedContexts []layoutContext                 `json:"expectedContexts"`
}

// caseItem is one expression and what it should give.
type caseItem struct {
	Name           string          `json:"name"`
	Expression     json.RawMessage `json:"expression"`
	Expects        json.RawMessage `json:"expects"`
	ExpectsFailure *string         `json:"expectsFailure"`
}

func TestSharedCases(t *testing.T) {
	t.Parallel()
	root := casesFolder(t)
	tally := map[string]int{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".json") {
			return err
		}
		name, _ := filepath.Rel(root, path)
		name = filepath.ToSlash(name)
		for suffix, reason := range notRun {
			if strings.HasSuffix(name, suffix) {
				t.Logf("not run: %s: %s", name, reason)
				tally["not run"]++
				return nil
			}
		}
		runCaseFile(t, name, path, tally)
		return nil
	})
	if err != nil {
		t.Fatalf("read the case files: %v", err)
	}
	t.Logf("%d case files: %d cases passed, %d failed, %d files not run", tally["files"], tally["passed"], tally["failed"], tally["not run"])
	if tally["passed"] == 0 {
		t.Errorf("no case was run in %s", root)
	}
}

// casesFolder gives the folder of the case files, and skips the test when there is none.
func casesFolder(t *testing.T) string {
	t.Helper()
	if folder := os.Getenv(casesVariable); folder != "" {
		if !filepath.IsAbs(folder) {
			if _, err := os.Stat(folder); err != nil {
				folder = filepath.Join(projectRoot(t), folder)
			}
		}
		return folder
	}
	folder := filepath.Join(projectRoot(t), "..", "shared", "testdata", "altinn", "expressions")
	if _, err := os.Stat(folder); err != nil {
		t.Skipf("no shared case files at ../shared/testdata/altinn/expressions beside the project; set %s to run others", casesVariable)
	}
	return folder
}

// projectRoot gives the folder that holds go.mod.
func projectRoot(t *testing.T) string {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}
		if filepath.Dir(folder) == folder {
			t.Fatal("no go.mod above the working directory")
		}
		folder = filepath.Dir(folder)
	}
}

func runCaseFile(t *testing.T, name, path string, tally map[string]int) {
	t.Helper()
	tally["files"]++
	src, err := os.ReadFile(path)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	var file caseFile
	if err := json.Unmarshal([]byte(strings.TrimPrefix(string(src), "\uFEFF")), &file); err != nil {
		t.Errorf("%s: %v", name, err)
		tally["failed"]++
		return
	}
	report := func(item string, err error) {
		if err == nil {
			tally["passed"]++
			return
		}
		tally["failed"]++
		t.Errorf("%s: %s: %v", name, item, err)
	}
	if file.ExpectedContexts != nil {
		report(file.Name, checkContexts(&file))
	}
	for _, item := range append([]caseItem{file.caseItem}, file.TestCases...) {
		if item.Expression != nil && (item.Expects != nil || item.ExpectsFailure != nil) {
			report(item.Name, checkCase(&file, item))
		}
	}
}

func checkCase(file *caseFile, item caseItem) error {
	got, err := evaluateCase(file, item)
	if item.ExpectsFailure != nil {
		return checkFailure(*item.ExpectsFailure, got, err)
	}
	if err != nil {
		return fmt.Errorf("failed: %w", err)
	}
	want, err := FromJSON(item.Expects)
	if err != nil {
		return err
	}
	if !roughlyEqual(got, want) {
		return fmt.Errorf("gave %s, want %s", got.appendJSON(nil), want.appendJSON(nil))
	}
	return nil
}

func checkFailure(want string, got Value, err error) error {
	if err == nil {
		return fmt.Errorf("gave %s, want the error %q", got.appendJSON(nil), want)
	}
	text := err.Error()
	for part := range strings.SplitSeq(want, "*") {
		at := strings.Index(text, part)
		if at < 0 {
			return fmt.Errorf("failed with %q, want %q in it", err, want)
		}
		text = text[at+len(part):]
	}
	return nil
}

func evaluateCase(file *caseFile, item caseItem) (Value, error) {
	e, err := Parse(item.Expression)
	if err != nil {
		return Value{}, err
	}
	ctx, err := caseContext(file)
	if err != nil {
		return Value{}, err
	}
	return e.Eval(ctx)
}

// roughlyEqual compares numbers as doubles, since the case files hold doubles.
func roughlyEqual(got, want Value) bool {
	if got.Kind() != want.Kind() {
		return false
	}
	switch got.Kind() {
	case Number:
		a, _ := got.Float64()
		b, _ := want.Float64()
		return a == b || math.Abs(a-b) <= 1e-15*math.Abs(b)
	case List:
		if len(got.Items()) != len(want.Items()) {
			return false
		}
		for i, item := range got.Items() {
			if !roughlyEqual(item, want.Items()[i]) {
				return false
			}
		}
		return true
	case Object:
		if len(got.Members()) != len(want.Members()) {
			return false
		}
		for _, m := range want.Members() {
			other, found := got.Field(m.Name)
			if !found || !roughlyEqual(other, m.Value) {
				return false
			}
		}
		return true
	default:
		return got.Equal(want)
	}
}

func TestCaseRunner_CanFail(t *testing.T) {
	t.Parallel()
	failing := []caseItem{
		{Expression: []byte(`["concat","a"]`), Expects: []byte(`"b"`)},
		{Expression: []byte(`["list",1]`), Expects: []byte(`[1,2]`)},
		{Expression: []byte(`["list",1]`), Expects: []byte(`["1"]`)},
		{Expression: []byte(`["object","a",1]`), Expects: []byte(`{"a":2}`)},
		{Expression: []byte(`["plus",1]`), Expects: []byte(`null`)},
		{Expression: []byte(`["plus",true]`), Expects: []byte(`1`)},
		{Expression: []byte(`["plus",true]`), ExpectsFailure: new("something else")},
		{Expression: []byte(`["plus",1]`), ExpectsFailure: new("")},
	}
	for _, item := range failing {
		if checkCase(&caseFile{}, item) == nil {
			t.Errorf("%s passes with %s", item.Expression, item.Expects)
		}
	}
}

// caseModel is a data element with its form data.
type caseModel struct {
	DataElement caseElement    `json:"dataElement"`
	Data        *document.Node `json:"data"`
}

type caseElement struct {
	ID       string `json:"id"`
	DataType string `json:"dataType"`
}

type caseOption struct {
	Label string `json:"label"`
	Value Value  `json:"value"`
}

type caseNamed struct {
	Data       Value  `json:"data"`
	DefaultKey string `json:"defaultKey"`
}

type caseInstance struct {
	ID    string `json:"id"`
	AppID string `json:"appId"`
	Owner struct {
		PartyID    string `json:"partyId"`
		OrgNumber  string `json:"organisationNumber"`
		Person     string `json:"personNumber"`
		Username   string `json:"username"`
		External   string `json:"externalIdentifier"`
		OwnerParty struct {
			Name string `json:"name"`
		} `json:"party"`
	} `json:"instanceOwner"`
}

type caseProcess struct {
	CurrentTask *caseTask `json:"currentTask"`
}

type caseTask struct {
	ElementID string          `json:"elementId"`
	Read      bool            `json:"read"`
	Write     bool            `json:"write"`
	Actions   map[string]bool `json:"actions"`
}

var errCase = errors.New("case file")
