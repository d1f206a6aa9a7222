package api_test
import "testing"
func TestSmoke(t *testing.T) {
	a := common(t)
	m := a.submitted(t)
	t.Log(a.facts(t, m.guid))
	t.Log(a.machine(t,"nordvik")[:10], a.owner(t,"politiet")[:5], a.atLevel(t, ingrid, 1)[:5])
}
