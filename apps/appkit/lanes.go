package appkit

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// lane is a vertical line at the right that collects every arrow to one element.
type lane struct {
	to       int          // the row of the element
	from     map[int]bool // the rows that lead into the lane
	low, top int          // the rows between which the line stands; top is the smaller
	place    int          // its number from the left
}

// String draws the arrows beside the rows.
func (d *drawing) String() string {
	lanes := d.lanes()
	width := 0
	for _, row := range d.rows {
		width = max(width, utf8.RuneCountInString(row))
	}
	var b strings.Builder
	for i, row := range d.rows {
		b.WriteString(strings.TrimRight(beside(row, i, width+4, lanes), " "))
		b.WriteByte('\n')
	}
	return b.String()
}

// lanes gives each element that arrows lead to a lane. Lanes that stand beside each other get numbers of
// their own, the shorter ones nearer.
func (d *drawing) lanes() []*lane {
	byTarget := map[string]*lane{}
	var all []*lane
	for _, a := range d.arrows {
		l := byTarget[a.to]
		if l == nil {
			row := d.entries[a.to]
			l = &lane{to: row, from: map[int]bool{}, low: row, top: row}
			byTarget[a.to] = l
			all = append(all, l)
		}
		l.from[a.from] = true
		l.low, l.top = max(l.low, a.from), min(l.top, a.from)
	}
	slices.SortStableFunc(all, func(a, b *lane) int { return cmp.Compare(a.low-a.top, b.low-b.top) })
	for i, l := range all {
		for slices.ContainsFunc(all[:i], func(o *lane) bool { return o.place == l.place && o.top <= l.low && l.top <= o.low }) {
			l.place++
		}
	}
	return all
}

// beside draws what stands at the right of a row: at most one line goes across, to or from its lane, and
// lanes that pass cross it.
func beside(row string, i, width int, lanes []*lane) string {
	var across *lane
	columns := 0
	for _, l := range lanes {
		if l.to == i || l.from[i] {
			across = l
		}
		columns = max(columns, l.place+1)
	}
	text := []rune(row)
	cells := make([]rune, 0, width+3*columns)
	cells = append(cells, text...)
	if across != nil && !strings.HasSuffix(row, "─") {
		cells = append(cells, ' ')
	}
	for len(cells) < width+3*columns {
		cells = append(cells, fill(across != nil && len(cells) < at(width, across)))
	}
	if across != nil && across.to == i {
		cells[len(text)+1] = '◄'
	}
	for _, l := range lanes {
		if i >= l.top && i <= l.low {
			cells[at(width, l)] = l.mark(i, across)
		}
	}
	return string(cells)
}

func at(width int, l *lane) int { return width + 3*l.place }

func fill(line bool) rune {
	if line {
		return '─'
	}
	return ' '
}

// mark is the lane's character in a row.
func (l *lane) mark(i int, across *lane) rune {
	switch {
	case across != l && across != nil && across.place > l.place:
		return '┼'
	case across != l:
		return '│'
	case i == l.top && i == l.low:
		return '─'
	case i == l.top:
		return '┐'
	case i == l.low:
		return '┘'
	}
	return '┤'
}
