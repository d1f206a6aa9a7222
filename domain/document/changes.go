package document

// Change is one difference between two versions of a document, as an auditor reads it: a field that came, went or got another
// value, or a row that moved.
type Change struct {
	// Path is the place in the new version, or of what went in the old one, in the form of [Path].
	Path string
	// MovedFrom is the place in the old version of a row that moved, else "". From and To are nil then: what
	// changed inside the row is listed by itself.
	MovedFrom string
	// From and To are the values before and after; nil where there is none. They are scalars, empty objects or empty lists.
	From, To *Node
}

// Changes lists what differs between from and to, field by field. Lists are aligned as [RowID] says, so that a row that
// goes does not make all rows after it look changed. The list is empty exactly when the documents are [Equal]. A nil from or to
// is no document at all, so that Changes(nil, first) lists every field of the first version.
func Changes(from, to *Node) []Change {
	l := lister{}
	l.node(from, to)
	return l.changes
}

// A lister collects changes. It keeps the text of the place that it looks at in the old and in the new version.
type lister struct {
	changes  []Change
	old, new []byte
}

func (l *lister) came(v *Node) { l.changes = append(l.changes, Change{Path: string(l.new), To: v}) }
func (l *lister) went(v *Node) { l.changes = append(l.changes, Change{Path: string(l.old), From: v}) }
func (l *lister) changed(from, to *Node) {
	l.changes = append(l.changes, Change{Path: string(l.new), From: from, To: to})
}

// inside runs visit at the place one step further in, in both versions.
func (l *lister) inside(old, new Step, visit func()) {
	oldLen, newLen := len(l.old), len(l.new)
	l.old, l.new = old.appendTo(l.old), new.appendTo(l.new)
	visit()
	l.old, l.new = l.old[:oldLen], l.new[:newLen]
}

func (l *lister) node(from, to *Node) {
	switch {
	case from == to:
	case from.Kind() == KindObject && to.Kind() == KindObject:
		l.object(from, to)
	case from.Kind() == KindArray && to.Kind() == KindArray:
		l.list(from.items(), to.items())
	case from.Len() == 0 && to.Len() == 0:
		if !Equal(from, to) {
			l.changed(from, to)
		}
	default:
		l.leaves(from, l.went)
		l.leaves(to, l.came)
	}
}

// leaves reports every scalar and every empty container of n, and nothing for what is absent.
func (l *lister) leaves(n *Node, report func(*Node)) {
	if n == nil {
		return
	}
	if n.Len() == 0 {
		report(n)
		return
	}
	for key, v := range n.All() {
		l.inside(Field(key), Field(key), func() { l.leaves(v, report) })
	}
	for i, v := range n.Items() {
		l.inside(Row(i), Row(i), func() { l.leaves(v, report) })
	}
}

func (l *lister) object(from, to *Node) {
	for key, old := range from.All() {
		l.inside(Field(key), Field(key), func() {
			if fresh, ok := to.Get(key); ok {
				l.node(old, fresh)
			} else {
				l.leaves(old, l.went)
			}
		})
	}
	for key, fresh := range to.All() {
		if _, ok := from.Get(key); !ok {
			l.inside(Field(key), Field(key), func() { l.leaves(fresh, l.came) })
		}
	}
}

func (l *lister) list(from, to []*Node) {
	a := align(from, to)
	for i, old := range from {
		if a.origin[i] < 0 {
			l.inside(Row(i), Row(i), func() { l.leaves(old, l.went) })
		}
	}
	for i, fresh := range to {
		source := a.source[i]
		if source < 0 {
			l.inside(Row(i), Row(i), func() { l.leaves(fresh, l.came) })
			continue
		}
		l.inside(Row(source), Row(i), func() {
			if !a.stays[i] {
				l.changes = append(l.changes, Change{Path: string(l.new), MovedFrom: string(l.old)})
			}
			l.node(from[source], fresh)
		})
	}
}
