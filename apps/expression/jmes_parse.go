package expression

import (
	"errors"
	"fmt"
)

// jmesPower tells how strongly a sign binds to what stands before it. Signs that are not here end an expression.
var jmesPower = map[string]int{
	"|": 1, "||": 2, "&&": 3,
	"==": 5, "!=": 5, "<": 5, "<=": 5, ">": 5, ">=": 5,
	"[]": 9, "*": 20, "[?": 21, ".": 40, "{": 50, "[": 55,
}

// Powers that a part on the right of a projection is read with.
const (
	jmesEndsProjection = 10 // weaker signs take the projection's result as a whole
	jmesStar           = 20
	jmesNotPower       = 39 // !a.b is the opposite of a.b
	jmesMaxDepth       = 100
)

// jmesParser reads a query by operator precedence.
type jmesParser struct {
	tokens []jmesToken
	depth  int
}

// parseJMES compiles a query.
func parseJMES(query string) (jmesExpr, error) {
	tokens, err := lexJMES(query)
	if err != nil {
		return nil, err
	}
	p := &jmesParser{tokens: tokens}
	e, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	return e, p.want("end")
}

func (p *jmesParser) kind() string { return p.tokens[0].kind }

func (p *jmesParser) second() string {
	if len(p.tokens) > 1 {
		return p.tokens[1].kind
	}
	return "end"
}

// take gives the token and moves on; the last token stays.
func (p *jmesParser) take() jmesToken {
	token := p.tokens[0]
	if len(p.tokens) > 1 {
		p.tokens = p.tokens[1:]
	}
	return token
}

func (p *jmesParser) want(kind string) error {
	if p.kind() != kind {
		return p.unexpected()
	}
	p.take()
	return nil
}

func (p *jmesParser) unexpected() error {
	token := p.tokens[0]
	if token.text != "" {
		return fmt.Errorf("unexpected %s %q", token.kind, token.text)
	}
	return fmt.Errorf("unexpected %s", token.kind)
}

// expression reads on while signs bind more strongly than power.
func (p *jmesParser) expression(power int) (jmesExpr, error) {
	if p.depth++; p.depth > jmesMaxDepth {
		return nil, errors.New("the query is nested too deep")
	}
	defer func() { p.depth-- }()
	left, err := p.begin()
	for err == nil && jmesPower[p.kind()] > power {
		left, err = p.extend(left)
	}
	return left, err
}

// begin reads what can stand at the beginning.
func (p *jmesParser) begin() (jmesExpr, error) {
	switch token := p.take(); token.kind {
	case "literal":
		return jmesLiteral(token.lit), nil
	case "name":
		if p.kind() == "(" {
			return p.call(token.text)
		}
		return jmesField(token.text), nil
	case "quoted":
		return jmesField(token.text), nil
	case "@":
		return jmesCurrent, nil
	case "!":
		e, err := p.expression(jmesNotPower)
		return jmesNot(e), err
	case "(":
		e, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		return e, p.want(")")
	case "*":
		return p.project(jmesValues(jmesCurrent), jmesStar)
	case "[]", "[?":
		return p.bracket(token.kind, jmesCurrent)
	case "{":
		return p.hash()
	case "[":
		return p.beginBracket()
	default:
		p.tokens = append([]jmesToken{token}, p.tokens...)
		return nil, p.unexpected()
	}
}

// beginBracket reads [0], [1:2], [*] and [a, b] at the beginning.
func (p *jmesParser) beginBracket() (jmesExpr, error) {
	if k := p.kind(); k == "number" || k == ":" || k == "*" && p.second() == "]" {
		return p.bracket("[", jmesCurrent)
	}
	return p.list()
}

// extend reads a sign and what follows it, which take up what left finds.
func (p *jmesParser) extend(left jmesExpr) (jmesExpr, error) {
	switch sign := p.take().kind; sign {
	case ".":
		if p.kind() == "*" {
			p.take()
			return p.project(jmesValues(left), jmesPower["."])
		}
		right, err := p.afterDot(jmesPower["."])
		return jmesSub(left, right), err
	case "[", "[]", "[?":
		return p.bracket(sign, left)
	case "|":
		right, err := p.expression(jmesPower[sign])
		return jmesThen(left, right), err
	case "||":
		right, err := p.expression(jmesPower[sign])
		return jmesOr(left, right), err
	case "&&":
		right, err := p.expression(jmesPower[sign])
		return jmesAnd(left, right), err
	case "==", "!=", "<", "<=", ">", ">=":
		right, err := p.expression(jmesPower[sign])
		return jmesCompare(sign, left, right), err
	default:
		return nil, fmt.Errorf("unexpected %s", sign)
	}
}

// afterDot reads what may stand after a dot.
func (p *jmesParser) afterDot(power int) (jmesExpr, error) {
	switch p.kind() {
	case "name", "quoted", "*":
		return p.expression(power)
	case "[":
		p.take()
		return p.list()
	case "{":
		p.take()
		return p.hash()
	default:
		return nil, p.unexpected()
	}
}

// project makes a projection, with the part of the query that is applied to each item.
func (p *jmesParser) project(source func(Value) ([]Value, bool, error), power int) (jmesExpr, error) {
	each, err := p.eachItem(power)
	if err != nil {
		return nil, err
	}
	return jmesProject(source, each), nil
}

func (p *jmesParser) eachItem(power int) (jmesExpr, error) {
	switch k := p.kind(); {
	case jmesPower[k] < jmesEndsProjection:
		return jmesCurrent, nil
	case k == "[" || k == "[?":
		return p.expression(power)
	case k == ".":
		p.take()
		return p.afterDot(power)
	default:
		return nil, p.unexpected()
	}
}

// bracket reads the rest of [0], [1:2], [*], [] and [?…] after left.
func (p *jmesParser) bracket(sign string, left jmesExpr) (jmesExpr, error) {
	switch {
	case sign == "[]":
		return p.project(jmesFlat(left), jmesPower["[]"])
	case sign == "[?":
		condition, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		if err := p.want("]"); err != nil {
			return nil, err
		}
		return p.project(jmesFilter(left, condition), jmesPower["[?"])
	case p.kind() == "*":
		p.take()
		if err := p.want("]"); err != nil {
			return nil, err
		}
		return p.project(jmesItems(left), jmesStar)
	case p.kind() == "number" && p.second() == "]":
		i := p.take().num
		p.take()
		return jmesSub(left, jmesIndex(i)), nil
	default:
		slice, err := p.slice()
		if err != nil {
			return nil, err
		}
		return p.project(jmesItems(jmesSub(left, slice.apply)), jmesStar)
	}
}

// slice reads start:stop:step], where each number and the second colon may be left out.
func (p *jmesParser) slice() (jmesSlice, error) {
	var parts [3]*int
	at, colons := 0, 0
	for p.kind() != "]" {
		switch token := p.take(); {
		case token.kind == ":" && at < 2:
			at++
			colons++
		case token.kind == "number" && parts[at] == nil:
			parts[at] = &token.num
		default:
			return jmesSlice{}, fmt.Errorf("unexpected %s in a slice", token.kind)
		}
	}
	p.take()
	if colons == 0 {
		return jmesSlice{}, errors.New("a slice needs a colon")
	}
	if parts[2] != nil && *parts[2] == 0 {
		return jmesSlice{}, errJMESStep
	}
	return jmesSlice{start: parts[0], stop: parts[1], step: parts[2]}, nil
}

// list reads the rest of [a, b].
func (p *jmesParser) list() (jmesExpr, error) {
	parts, err := p.parts("]", func() (jmesMember, error) {
		e, err := p.expression(0)
		return jmesMember{expr: e}, err
	})
	if err == nil && len(parts) == 0 {
		err = errors.New("an empty list of expressions")
	}
	return jmesSelect(parts, false), err
}

// hash reads the rest of {name: a, "other name": b}.
func (p *jmesParser) hash() (jmesExpr, error) {
	parts, err := p.parts("}", func() (jmesMember, error) {
		if k := p.kind(); k != "name" && k != "quoted" {
			return jmesMember{}, p.unexpected()
		}
		name := p.take().text
		if err := p.want(":"); err != nil {
			return jmesMember{}, err
		}
		e, err := p.expression(0)
		return jmesMember{name: name, expr: e}, err
	})
	if err == nil && len(parts) == 0 {
		err = errors.New("an empty set of names")
	}
	return jmesSelect(parts, true), err
}

// call reads the arguments of a function. The name & marks those given with &.
func (p *jmesParser) call(name string) (jmesExpr, error) {
	p.take()
	args, err := p.parts(")", func() (jmesMember, error) {
		arg := jmesMember{}
		if p.kind() == "&" {
			p.take()
			arg.name = "&"
		}
		var err error
		arg.expr, err = p.expression(0)
		return arg, err
	})
	if err != nil {
		return nil, err
	}
	fn, err := jmesFunctionNamed(name, len(args))
	if err != nil {
		return nil, err
	}
	return jmesCall(fn, args), nil
}

// parts reads parts with commas between them up to the closing sign.
func (p *jmesParser) parts(closing string, part func() (jmesMember, error)) ([]jmesMember, error) {
	var parts []jmesMember
	for p.kind() != closing {
		if len(parts) > 0 {
			if err := p.want(","); err != nil {
				return nil, err
			}
		}
		next, err := part()
		if err != nil {
			return nil, err
		}
		parts = append(parts, next)
	}
	p.take()
	return parts, nil
}
