package document_test

import (
	"fmt"

	"github.com/hovedbok/hovedbok/domain/document"
)

func ExamplePatch_Apply() {
	form, _ := document.Parse([]byte(`{"soeker":{"navn":"Kari","beloep":1.50}}`))
	patch, _ := document.ParsePatch([]byte(`[
		{"op":"test","path":"/soeker/navn","value":"Kari"},
		{"op":"replace","path":"/soeker/navn","value":"Kari Nordmann"}]`))
	next, err := patch.Apply(form)
	fmt.Println(string(form.AppendJSON(nil)))
	fmt.Println(string(next.AppendJSON(nil)), err)

	_, err = patch.Apply(next)
	fmt.Println(err)
	// Output:
	// {"soeker":{"navn":"Kari","beloep":1.50}}
	// {"soeker":{"navn":"Kari Nordmann","beloep":1.50}} <nil>
	// document: patch operation 0 (test "/soeker/navn"): another value stands there than the test expects
}

func ExampleChanges() {
	before, _ := document.Parse([]byte(`{"barn":[{"altinnRowId":"1","navn":"Per"},{"altinnRowId":"2","navn":"Pål"}]}`))
	after, _ := document.Parse([]byte(`{"barn":[{"altinnRowId":"2","navn":"Espen"}]}`))
	for _, c := range document.Changes(before, after) {
		fmt.Printf("%s: %q -> %q\n", c.Path, c.From.Text(), c.To.Text())
	}
	// Output:
	// barn[0].altinnRowId: "1" -> ""
	// barn[0].navn: "Per" -> ""
	// barn[0].navn: "Pål" -> "Espen"
}

func ExampleNode_With() {
	path, _ := document.ParsePath("soeker.barn[0].navn")
	form, err := document.NewObject().With(path, document.String("Espen"))
	fmt.Println(string(form.AppendJSON(nil)), err)

	path, _ = document.ParsePath("soeker.barn[5].navn")
	_, err = form.With(path, document.String("Askeladd"))
	fmt.Println(err)
	// Output:
	// {"soeker":{"barn":[{"navn":"Espen"}]}} <nil>
	// document: path "soeker.barn[5]", character 12: the list has 1 rows, so the next new row is [1]
}
