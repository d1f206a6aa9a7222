// Package datamodel knows the shape of a form: which fields it has, in what order, what they are called in XML, and what they hold.
// It turns forms into Altinn's XML and back, gives rows their ids, and sets fields by their C# names.
//
// # Where the shape comes from
//
//	models/<data type>.schema.json  fields, kinds, lists, and the @xsd… keywords of Altinn Studio
//	models/<data type>.xsd          order, namespace and attributes, where it declares the root
//	models/*.cs                     order and XML names of the class that appLogic.classRef names
//
// Each source overrides the ones above it for what it tells of fields that the schema has; none adds fields, because a form must fit the
// schema. C# is read for its attributes only (XmlRoot, XmlElement, XmlAttribute, XmlText, JsonPropertyName, JsonProperty); it is not run.
//
// # XML
//
//	JSON                       XML
//	member absent or null      no element
//	text, number, boolean      <name>text</name>; numbers without exponent, to the last digit
//	empty text                 <name></name>
//	object                     <name>…</name>, members in the order of the model
//	list                       <name> once for each item; nothing when the list is empty
//	null in a list             <name xsi:nil="true" />, so that the other rows keep their place
//	altinnRowId of a row       an attribute of the row
//	member with @xsdAttribute  an attribute; a constant one is written also when the form lacks it
//	member with @xsdText       the text of the element
//
// Reading takes elements in any order and of any namespace, and passes over what the model does not have, as .NET does. It refuses document
// type declarations and entities, elements that repeat where the model has no list, and values that are not of their field's kind.
//
// Where the schema says nothing of a value, XML cannot tell 12 from "12": it comes back as text, and a list of one row as the row.
package datamodel
