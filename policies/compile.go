package policies

import (
	"fmt"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// unsafeBuiltins must never run inside a decision: they block, vary or leak.
var unsafeBuiltins = []string{
	"http.send", "net.lookup_ip_addr", "opa.runtime", "rand.intn", "rego.parse_module", "trace", "uuid.rfc4122",
}

// safeCapabilities are this OPA's without the unsafe builtins.
func safeCapabilities() *ast.Capabilities {
	c := ast.CapabilitiesForThisVersion()
	c.Builtins = slices.DeleteFunc(c.Builtins, func(b *ast.Builtin) bool { return slices.Contains(unsafeBuiltins, b.Name) })
	return c
}

// allowBodies is the number of bodies of altinn.authz.allow. Another file that adds
// one would widen every decision without a word, so the number is part of the code.
const allowBodies = 4

// compileModules compiles strictly. Its errors name file and line.
func compileModules(modules map[string]string) (*ast.Compiler, error) {
	parsed := make(map[string]*ast.Module, len(modules))
	for name, src := range modules {
		m, err := ast.ParseModuleWithOpts(name, src, ast.ParserOptions{RegoVersion: ast.RegoV1, ProcessAnnotation: true})
		if err != nil {
			return nil, err
		}
		parsed[name] = m
	}
	c := ast.NewCompiler().WithStrict(true).WithCapabilities(safeCapabilities())
	if c.Compile(parsed); c.Failed() {
		return nil, c.Errors
	}
	if n := len(c.GetRulesExact(ast.MustParseRef("data.altinn.authz.allow"))); n != allowBodies {
		return nil, fmt.Errorf("altinn.authz.allow has %d bodies, want %d", n, allowBodies)
	}
	return c, nil
}
