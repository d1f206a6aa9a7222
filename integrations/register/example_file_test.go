package register_test

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/hovedbok/hovedbok/integrations/register"
)

func TestLoad_ExampleRegisterIsSound(t *testing.T) {
	t.Parallel()
	f, err := register.Load(filepath.Join("..", "..", "examples", "register.json"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("examples/register.json is not there")
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range f.All() {
		if p.Kind != register.Person {
			continue
		}
		mandates, err := f.Mandates(context.Background(), p.ID)
		if err != nil || len(mandates) == 0 || mandates[0].Party.ID != p.ID {
			t.Errorf("%v: mandates %v, %v", p, mandates, err)
		}
	}
	if len(f.ServiceOwners()) == 0 || len(f.Clients()) == 0 {
		t.Error("the example register has no service owner or no client")
	}
}
