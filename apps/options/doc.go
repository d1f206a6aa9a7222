// Package options gives the code lists that components choose from: the app's own files, lists from code or from other services,
// predefined lists, and lists made from the rows of a form.
//
// # Where a list comes from
//
// A Registry looks for a list by its id: a registered Provider (ids in any letter case), the app's file options/<id>.json (exact case),
// then the predefined lists. The list of an instance, which a component asks for with "secure": true, is looked for among the providers for
// instances first. What is nowhere is a NotFoundError.
//
// # What a component makes of it
//
// ParseConfig reads the part of a component that is about options, and Registry.Resolve gives what the person can choose from, in the
// order of Altinn's front end:
//
//  1. the list: inline, by id with mapping and queryParameters evaluated, or from the rows of a list of the form;
//  2. values become texts; of options with one value the first stays, and those whose value is null go;
//  3. optionFilter, an expression over value, label, description and helpText, keeps or drops; null keeps;
//  4. labels, descriptions and help texts are looked up among the texts;
//  5. sortOrder sorts by label as the reader's language does: numbers by size, letter case and accents aside.
//
// # Predefined lists
//
// Altinn's package Altinn.Codelists fetches these from Statistics Norway and Kartverket in apps whose C# asks for it. Here they are part of the
// program, in nb, nn and en, for every app that has no list of that id:
//
//	kjønn                sex, by Statistics Norway's codes
//	sivilstand           marital status, by Statistics Norway's codes
//	fylker, fylker-kv    the counties since 2024
//	land                 countries, by ISO 3166-1 alpha-3, with the names of Unicode's CLDR
//
// kommuner, kommuner-kv, poststed, næringsgruppering, yrker, grunnbeløpfolketrygden and references to Altinn's library (lib**org**list**version)
// change too often to be part of a program: register a Provider for them.
package options
