package expression

import (
	"errors"
	"strings"
	"testing"
)

// parts is a Context's parts with fixed answers.
type parts struct{ err error }

func (p parts) Component(id string, _ Row) (Component, error) {
	known := map[string]Component{
		"name":   {Type: "Input", Page: "p1", IndexedID: "name-0", Binding: ParsePath("a")},
		"other":  {Type: "Input", Page: "p1", DataType: "more", Binding: ParsePath("a")},
		"hidden": {Type: "Input", Page: "p2", Binding: ParsePath("a"), Hidden: true},
		"text":   {Type: "Paragraph", Page: "p 2"},
	}
	if c, found := known[id]; found {
		return c, p.err
	}
	if id == "inside" {
		return Component{}, ErrUnreachable
	}
	return Component{}, ErrNotFound
}

func (p parts) DisplayValue(id string, _ Row) (string, bool, error) {
	return "shown " + id, id != "text", p.err
}

func (p parts) Text(key string, _ Row) (string, bool, error) {
	return "text of " + key, strings.HasPrefix(key, "t."), p.err
}

func (p parts) Options(id string) ([]Option, error) {
	if id != "list" {
		return nil, ErrNotFound
	}
	return []Option{{Int(1), "t.one"}, {Text("b"), "B"}, {Truth(true), "yes"}}, p.err
}

func (p parts) ExternalAPI(string) (Value, error) {
	v, _ := FromJSON([]byte(`{"a":{"b":[{"c":5}],"no":false,"zero":0,"o":{}}}`))
	return v, p.err
}

func (p parts) CountDataElements(string) (int, error) { return 2, p.err }

func fullContext(t testing.TB, p parts) Context {
	data := NewDocumentData("main").
		Add("main", "", root(t, `{"a":"value","rows":[{"p":1},{"p":"x"},{}],"big":1e999}`)).
		Add("more", "", root(t, `{"a":"more value"}`))
	return Context{
		Data: data, Components: p, Display: p, Texts: p, Options: p, External: p, Elements: p,
		Settings: Settings{"flag": Truth(true)},
		Instance: &Instance{ID: "5/abc", AppID: "ttd/app", OwnerPartyID: "5", OwnerName: "Kari"},
		Task:     &Task{ID: "Task_1", Read: true, Actions: map[string]bool{"sign": true, "extra": false}},
		Action:   "reject", Argv: []Value{Text("private text"), {}},
		Values:   &Values{Default: "value", Named: []Member{{"value", Int(1)}, {"label", Text("L")}}},
		Language: "nn", CurrentPage: "p 2",
	}
}

func TestLookups_WithEveryPart(t *testing.T) {
	t.Parallel()
	wantCases(t, fullContext(t, parts{}), map[string]string{
		`["dataModel","a"]`:                                      `"value"`,
		`["dataModel","a",null]`:                                 `"value"`,
		`["dataModel","a","more"]`:                               `"more value"`,
		`["dataModel",["concat","a"]]`:                           `"value"`,
		`["dataModel",5]`:                                        `null`,
		`["dataModel","big"]`:                                    `!Cannot read the data model`,
		`["dataModel","a","none"]`:                               `!Data model with type none not found`,
		`["dataModel",["argv",1]]`:                               `!Cannot lookup dataModel null`,
		`["dataModel","a",["concat"]]`:                           `!The data type must be a string`,
		`["dataModel","a",1]`:                                    `!The data type must be a string`,
		`["component","name"]`:                                   `"value"`,
		`["component","other"]`:                                  `"more value"`,
		`["component","hidden"]`:                                 `null`,
		`["component","text"]`:                                   `!Component text does not have a simpleBinding`,
		`["component","none"]`:                                   `!Unable to find component with identifier none`,
		`["component","inside"]`:                                 `!inside a repeating structure`,
		`["component",["argv",1]]`:                               `!Cannot lookup component null`,
		`["displayValue","name"]`:                                `"shown name"`,
		`["displayValue","hidden"]`:                              `null`,
		`["displayValue","text"]`:                                `!Component of type 'Paragraph' does not have a displayValue`,
		`["text","t.x"]`:                                         `"text of t.x"`,
		`["text","x"]`:                                           `"x"`,
		`["optionLabel","list","1"]`:                             `"text of t.one"`,
		`["optionLabel","list","b"]`:                             `"B"`,
		`["optionLabel","list","TRUE"]`:                          `"yes"`,
		`["optionLabel","list",null]`:                            `null`,
		`["optionLabel","none",1]`:                               `!Could not find options with id "none"`,
		`["optionLabel",["concat"],1]`:                           `!The first argument must be a string`,
		`["externalApi","x","a.b[0].c"]`:                         `"5"`,
		`["externalApi","x","a.b.0.c"]`:                          `"5"`,
		`["externalApi","x","a.o"]`:                              `null`,
		`["externalApi","x","a.no"]`:                             `null`,
		`["externalApi","x","a.zero"]`:                           `null`,
		`["externalApi","x",null]`:                               `null`,
		`["externalApi",null,"a"]`:                               `!Expected an external API id`,
		`["countDataElements","x"]`:                              `2`,
		`["countDataElements",null]`:                             `!Expected dataType argument to be a string`,
		`["_experimentalSelectAndMap","rows","p"]`:               `"1 x "`,
		`["_experimentalSelectAndMap","rows","p","<",">",false]`: `"<1> <x> <"`,
		`["_experimentalSelectAndMap","a","p"]`:                  `""`,
		`["_experimentalSelectAndMap",null,"p"]`:                 `!Cannot lookup dataModel null`,
		`["instanceContext","instanceId"]`:                       `"5/abc"`,
		`["instanceContext","instanceOwnerPartyType"]`:           `"unknown"`,
		`["instanceContext","instanceOwnerName"]`:                `"Kari"`,
		`["instanceContext","ID"]`:                               `!Unknown Instance context property ID`,
		`["frontendSettings","flag"]`:                            `true`,
		`["frontendSettings","none"]`:                            `null`,
		`["frontendSettings",null]`:                              `!Value cannot be null. (Parameter 'key')`,
		`["authContext","read"]`:                                 `true`,
		`["authContext","write"]`:                                `false`,
		`["authContext","sign"]`:                                 `true`,
		`["authContext","extra"]`:                                `false`,
		`["authContext","confirm"]`:                              `false`,
		`["authContext","fly"]`:                                  `!Unknown Auth context property fly for task Task_1 (allowed keys are {complete, confirm, extra`,
		`["authContext",null]`:                                   `!Auth context key cannot be null`,
		`["gatewayAction"]`:                                      `"reject"`,
		`["language"]`:                                           `"nn"`,
		`["language",1]`:                                         `!Expected 0 argument(s), got 1`,
		`["argv",0]`:                                             `"private text"`,
		`["argv",0.5]`:                                           `!Index 0.5 out of range`,
		`["argv",null]`:                                          `!Index null out of range`,
		`["argv",-1]`:                                            `!Index -1 out of range`,
		`["value"]`:                                              `1`,
		`["value","label"]`:                                      `"L"`,
		`["value","x"]`:                                          `!Unknown key x, Valid keys are: value, label`,
		`["linkToPage","Go","p1"]`:                               `"<a href=\"/instance/5/abc/Task_1/p1\" data-link-type=\"LinkToPotentialPage\">Go</a>"`,
		`["linkToPage","Go","p1",true]`:                          `"<a href=\"/instance/5/abc/Task_1/p1?backToPage=p+2\" data-link-type=\"LinkToPotentialPage\">Go</a>"`,
		`["linkToPage","Go","p 2",true]`:                         `"<a href=\"/instance/5/abc/Task_1/p%202\" data-link-type=\"LinkToPotentialPage\">Go</a>"`,
		`["linkToPage",null,"p1"]`:                               `null`,
		`["linkToComponent","Go","name",true]`:                   `"<a href=\"/instance/5/abc/Task_1/p1?focusComponentId=name-0&backToPage=p+2\" data-link-type=\"LinkToPotentialNode\">Go</a>"`,
		`["linkToComponent","Go","hidden"]`:                      `"<a href=\"/instance/5/abc/Task_1/p2?focusComponentId=hidden\" data-link-type=\"LinkToPotentialNode\">Go</a>"`,
		`["linkToComponent","Go","none"]`:                        `!Unable to find component with identifier none`,
		`["linkToComponent","Go",null]`:                          `null`,
	})
}

func TestLookups_WithoutAnyPart(t *testing.T) {
	t.Parallel()
	wantCases(t, Context{}, map[string]string{
		`["dataModel","a"]`:             `!No data model is available here`,
		`["component","a"]`:             `!Layouts not available in this context`,
		`["displayValue","a"]`:          `!Layouts not available in this context`,
		`["text","key"]`:                `"key"`,
		`["text",null]`:                 `null`,
		`["optionLabel","a","b"]`:       `!No options are available here`,
		`["externalApi","a","b"]`:       `null`,
		`["countDataElements","a"]`:     `0`,
		`["instanceContext","appId"]`:   `null`,
		`["frontendSettings","a"]`:      `null`,
		`["authContext","read"]`:        `false`,
		`["authContext","instantiate"]`: `false`,
		`["gatewayAction"]`:             `null`,
		`["language"]`:                  `"nb"`,
		`["argv",0]`:                    `!No positional arguments available`,
		`["value"]`:                     `!No value arguments available`,
		`["linkToPage","Go","p1"]`:      `"<a href=\"/p1\" data-link-type=\"LinkToPotentialPage\">Go</a>"`,
		`["linkToComponent","Go","p1"]`: `!Layouts not available in this context`,
		`["formatDate","2020-01-31"]`:   `"31.01.2020"`,
	})
	wantCases(t, Context{Components: parts{}, Values: &Values{}, Data: NewDocumentData("main")}, map[string]string{
		`["displayValue","name"]`: `!No display values are available here`,
		`["value"]`:               `!Invalid key (expected string, got null)`,
		`["dataModel","a"]`:       `!There is no default data model here`,
	})
}

func TestLookups_ErrorsOfPartsAreKept(t *testing.T) {
	t.Parallel()
	broken := errors.New("the store is down")
	ctx := fullContext(t, parts{err: broken})
	for _, src := range []string{
		`["component","name"]`, `["displayValue","name"]`, `["text","t.x"]`, `["optionLabel","list",1]`,
		`["externalApi","x","a"]`, `["countDataElements","x"]`,
	} {
		_, err := MustParse(src).Eval(ctx)
		if !errors.Is(err, broken) || !strings.Contains(err.Error(), "the store is down") {
			t.Errorf("%s failed with %v", src, err)
		}
	}
}
