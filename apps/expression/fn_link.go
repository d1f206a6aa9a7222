package expression

import (
	"net/url"
	"strings"
)

// callLinkToComponent gives an anchor to the page of a component, which is brought into view there. The text is not
// escaped: like every text it may hold markup, and whoever shows it must sanitise it.
func callLinkToComponent(r *run, n *node, args []Value) (Value, error) {
	if args[0].kind == Null || args[1].kind == Null {
		return Value{}, nil
	}
	target, err := r.target(n, 1, args[1])
	if err != nil {
		return Value{}, err
	}
	id := target.IndexedID
	if id == "" {
		id = args[1].str
	}
	query := "focusComponentId=" + url.QueryEscape(id)
	if back := r.wayBack(args, target.Page); back != "" {
		query += "&" + back
	}
	return anchor(r.pageURL(target.Page)+"?"+query, "LinkToPotentialNode", args[0].str), nil
}

// callLinkToPage gives an anchor to a page. The text is not escaped; see callLinkToComponent.
func callLinkToPage(r *run, _ *node, args []Value) (Value, error) {
	if args[0].kind == Null || args[1].kind == Null {
		return Value{}, nil
	}
	href := r.pageURL(args[1].str)
	if back := r.wayBack(args, args[1].str); back != "" {
		href += "?" + back
	}
	return anchor(href, "LinkToPotentialPage", args[0].str), nil
}

// pageURL gives the address of a page within the app.
func (r *run) pageURL(page string) string {
	if r.ctx.Task == nil || r.ctx.Task.ID == "" || r.ctx.Instance == nil || r.ctx.Instance.ID == "" {
		return "/" + url.PathEscape(page)
	}
	id := strings.ReplaceAll(url.PathEscape(r.ctx.Instance.ID), "%2F", "/")
	return "/instance/" + id + "/" + url.PathEscape(r.ctx.Task.ID) + "/" + url.PathEscape(page)
}

// wayBack gives the query that makes the target page show a button back, when the third argument asks for one.
func (r *run) wayBack(args []Value, page string) string {
	if !optional(args, 2).IsTrue() || r.ctx.CurrentPage == "" || r.ctx.CurrentPage == page {
		return ""
	}
	return "backToPage=" + url.QueryEscape(r.ctx.CurrentPage)
}

func anchor(href, kind, text string) Value {
	return Text(`<a href="` + href + `" data-link-type="` + kind + `">` + text + `</a>`)
}
