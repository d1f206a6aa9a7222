// Package expression is Altinn's expression language: reading, checking and evaluating the small formulas that
// app authors write into layouts, gateways, validations, calculations and links. It stands alone and does no I/O.
//
//	e, err := expression.Parse([]byte(`["greaterThan", ["dataModel", "guests"], 10]`))
//	data := expression.NewDocumentData("application").Add("application", elementID, form)
//	many, err := e.EvalBool(expression.Context{Data: data}, false)
//
// An expression is a JSON array: the name of a function and its arguments, each a literal (string, number, boolean, null)
// or another expression. What is no array is a literal. An Expression is read once and evaluated any number of
// times, by any number of goroutines; evaluating allocates next to nothing.
//
// # How it is evaluated
//
// Every argument is evaluated and cast from left to right before its function runs. That holds for if, and, or too: a
// branch that fails makes the whole expression fail, as in Altinn. Eval gives a plain Value; what null and errors
// mean is for the caller to say:
//
//   - what is shown (hidden, readOnly, texts): EvalBool or Eval, with the property's default on null and on errors;
//   - gateways, validation conditions, links: Value.IsTrue, and an error stops the operation.
//
// # Casting
//
// Each argument is cast to the type that the function wants. Null stays null, except that a list or an object is never
// null.
//
//   - boolean: true, false, the numbers 1 and 0, and strings of those (true and false in any letter case). A null
//     counts as false.
//   - string: numbers and booleans as JSON; lists and objects as JSON when they come from data. The strings true, false
//     and null mean the same in any letter case, null being null.
//   - number: numbers, and strings such as 12, -1.5, +5, .5 and 1e3. Numbers are decimals without rounding, so
//     0.1 + 0.2 is 0.3 and a number of twenty digits keeps them.
//   - date: strings YYYY-MM-DD, optionally with T or a space and hh:mm, seconds, a fraction, and Z or an offset. A
//     blank string is null. Nothing else of ISO 8601 is read.
//   - list, object: lists and objects only.
//
// # Functions
//
// Arguments in brackets may be left out; three dots mean any number more.
//
// Values from outside:
//
//	dataModel(path, [dataType])      value at a path of the form; the data type must be a literal. Null where there is nothing
//	component(id)                    value of the simpleBinding of a component; null when it is hidden
//	displayValue(id)                 what a summary shows for a component; null when it is hidden
//	text(key)                        text resource; the key itself when there is none
//	optionLabel(options, value)      label of an option; the list must be a literal; null for an unknown value
//	externalApi(id, path)            scalar in the answer of an external API, as a string; else null
//	countDataElements(dataType)      how many data elements of a type the instance has
//	instanceContext(key)             instanceId, appId, instanceOwnerPartyId, instanceOwnerPartyType, instanceOwnerName
//	frontendSettings(key)            setting of the app, or null
//	authContext(key)                 whether read, write or an action is allowed in the current task
//	gatewayAction()                  action given to process/next, or null
//	language()                       language of the user: nb when none is set
//	argv(n)                          positional argument, from 0
//	value([key])                     named argument, such as a field of an option
//	linkToComponent(text, id, [back])   anchor to a component; back adds a way back
//	linkToPage(text, page, [back])      anchor to a page
//	_experimentalSelectAndMap(path, property, [before], [after], [afterLast])   property of every row, joined with spaces
//
// Logic:
//
//	if(condition, then, ["else", else])   null when the condition is false and there is no else
//	and(b, ...)  or(b, ...)  not(b)
//	equals(a, b)  notEquals(a, b)         compare as strings
//	greaterThan(a, b)  greaterThanEq  lessThan  lessThanEq    compare numbers; false with null
//	compare(a, operator, b)  compare(a, "not", operator, b)   operator, a literal: equals, greaterThan, greaterThanEq,
//	                                      lessThan, lessThanEq, isBefore, isBeforeEq, isAfter, isAfterEq, isSameDay.
//	                                      False with null before "not" (equals compares nulls)
//
// Strings (positions count UTF-16 units):
//
//	concat(s...)                     null is empty
//	contains(s, t)  startsWith  endsWith   false with null; notContains(s, t) is the opposite
//	commaContains(list, item)        item of a list with commas, spaces around items left out
//	stringLength(s)                  0 for null
//	stringIndexOf(s, t)              null when t is not there, empty or null
//	stringReplace(s, t, u)           every t; null when s or t is empty or null
//	stringSlice(s, start, [end])     negative positions count from the end; null positions fail
//	lowerCase(s)  upperCase  lowerCaseFirst  upperCaseFirst
//
// Numbers, dates, lists and objects:
//
//	plus(n, ...)  multiply(n, ...)  minus(a, b)  divide(a, b)   null is 0; division by 0 fails
//	round(n, [decimals])             a string with so many decimals
//	formatDate(date, [format])       see below; null for null
//	list(v...)  object(key, value, ...)
//	sum(list)  count(list)  average(list, forEmpty)
//	jmespath(data, query)            all of JMESPath
//
// # Formats of dates
//
// A format is tokens with anything but ASCII letters and digits between them: G to GGGGG era, y yy yyy yyyy u to uuuu year, M MM
// month number, MMM MMMM MMMMM month name, d dd day, E to EEEEE weekday, a half of the day, h hh H HH hour, m mm minute,
// s ss second, S SS SSS fraction. Names are those of CLDR for nb, nn and en; other languages get English ones.
// Without a format a date is dd.MM.yyyy in Norwegian and M/d/yy otherwise. A time with an offset is moved to the
// zone of the Context; one without is shown as it stands.
//
// # Rows
//
// See Row for what a path without indices means in a row of a repeating group. Where the row's path is known names are
// compared; where only indices are known they are used by position.
//
// # Where Altinn's two sides differ
//
// Altinn evaluates expressions in the browser (front end) and in the app's host (back end), not always alike. This
// package gives one answer everywhere:
//
//	subject                               front end              back end                  here
//	unknown function, wrong argument count  refused when read    fails when evaluated      refused when read, all faults at once
//	functions of one side only            –                      fail when evaluated       every function is there
//	rows in paths                         by name                by position               by name where known, else by position
//	a path to the list that the row is in the row                the list                  the same, by the same rule
//	round(1234.5, 2)                      1234.50                1,234.50                  1234.50
//	stringSlice, start after end          empty                  fails                     empty
//	stringIndexOf, empty needle           null                   0                         null
//	stringReplace, $& in the replacement  JavaScript's pattern   plain text                plain text
//	formatDate, unknown token             fails                  copies it                 fails
//	formatDate, 12:30                     p.m.                   a.m.                      p.m.
//	formatDate, m at minute 0             0                      nothing                   0
//	"TRUE" as a boolean                   fails                  true                      true
//	"+5", ".5" as numbers                 fail                   5, 0.5                    5, 0.5
//	"ELSE" in if                          fails                  else                      else
//	lists and objects as strings          fail                   JSON                      JSON; refused when read if written in place
//	results "null", "TRUE" of functions   become null, true      stay                      stay
//	instanceContext without an instance   null                   fails                     null (stateless apps)
//	fractions below a millisecond         cut off                kept                      kept when compared, cut off when shown
//	contains and the like                 by characters          by culture                by characters
//	a hidden row, group, accordion        all ancestors          some ancestors            what Components says; it must ask all
//	errors                                default, logged        request fails             for the caller: see above
//
// Numbers of up to 17 digits give what Altinn's doubles give. Longer ones are exact here; Altinn rounds them.
//
// # Errors
//
// A *ParseError holds every fault of an expression with its JSON pointer, in Altinn's words. An *EvalError holds the
// place, the function and the cause. Errors show values that stand in the expression itself, never values of a form.
package expression
