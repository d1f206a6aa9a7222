// Package text gives the texts of an app: text resources in the reader's language, with their variables filled in.
//
//	texts := text.Compile(app)                  // once for each version of the app; keep it in an apps.Cache
//	nb := texts.Language("nb-NO")               // the language that there is
//	in := nb.In(text.Sources{Data: data, Instance: &instance})
//	shown, found, err := in.Text("guests.title", row)
//
// # Which language
//
// A page is in one language, as in Altinn: the one that is asked for when the app has a file of it, otherwise nb, nn, en, and last the
// first that there is. A key that is missing in that file is not looked for in the others.
//
// # Which text
//
// A key is looked up among the app's resources, then among ours (see Builtin). An app's resource thus replaces one of ours with the
// same id. When a text, with its variables filled in, is itself the id of an app's resource, that one is shown instead, and so on; Altinn's
// Likert scales rely on it. A circle ends at one of its texts. Of two resources with one id the last counts.
//
// # Variables
//
// {0}, {1}… in a text stand for its variables by position, {0} for the first. Numbers beyond the last variable stay as they are
// written, and so do all of them in a text without variables. What a variable may take its value from:
//
//	dataSource              key                                            missing when
//	dataModel.default       path in the default form                       null, list, object, no such path
//	dataModel.<data type>   path in another form                           the same, or the instance has no such form
//	instanceContext         instanceId, appId, instanceOwnerPartyId,       there is no instance, or another key
//	                        instanceOwnerPartyType, instanceOwnerName
//	applicationSettings     key of FrontEndSettings, in any letter case    not set
//	customTextParameters    parameter of a validation message              not given
//	text                    id of another text                             no such text, or a circle
//
// Row markers in a path, people[{0}].name, are left out: the row that the text stands in decides (see expression.Row). A missing value
// gives the variable's default, which may be empty, and otherwise the key as it is written. An unknown dataSource is always missing.
//
// Altinn replaces the variables one after the other, so that a value that contains {1} is replaced again there. Here values are never
// searched for variables.
//
// # Markup
//
// Texts come raw. Altinn takes them as Markdown (GFM) with inline HTML; what shows them must render Markdown first and then let through
// harmless HTML only, in this order, because values of variables are put in unescaped: a person can type markup into a field
// that a text repeats. For plain text, such as an aria-label, render and drop the tags.
package text
