package apps

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// limitOf gives what a keyword wants, as text.
func limitOf(k jsonschema.ErrorKind) string {
	switch k := k.(type) {
	case *kind.MinLength:
		return strconv.Itoa(k.Want)
	case *kind.MaxLength:
		return strconv.Itoa(k.Want)
	case *kind.MinItems:
		return strconv.Itoa(k.Want)
	case *kind.MaxItems:
		return strconv.Itoa(k.Want)
	case *kind.MinProperties:
		return strconv.Itoa(k.Want)
	case *kind.MaxProperties:
		return strconv.Itoa(k.Want)
	case *kind.Pattern:
		return k.Want
	case *kind.Type:
		return strings.Join(k.Want, ",")
	case *limitKind:
		return k.Want
	case *kind.Format:
		return k.Want
	case *kind.Const:
		return jsonText(k.Want)
	case *kind.Enum:
		return enumText(k.Want)
	default:
		return numberLimit(k)
	}
}

func numberLimit(k jsonschema.ErrorKind) string {
	switch k := k.(type) {
	case *kind.Minimum:
		return decimal(k.Want)
	case *kind.Maximum:
		return decimal(k.Want)
	case *kind.ExclusiveMinimum:
		return decimal(k.Want)
	case *kind.ExclusiveMaximum:
		return decimal(k.Want)
	case *kind.MultipleOf:
		return decimal(k.Want)
	default:
		return ""
	}
}

// decimal writes a limit exactly, without trailing zeros. Limits come from JSON, so they are decimals.
func decimal(r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	places, exact := r.FloatPrec()
	if !exact {
		return r.RatString()
	}
	return r.FloatString(places)
}

func jsonText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return strings.Trim(string(text), `"`)
}

func enumText(values []any) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = jsonText(v)
	}
	return strings.Join(texts, ", ")
}
