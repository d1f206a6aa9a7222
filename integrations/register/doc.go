// Package register answers who people and organisations are, which roles a person holds for a
// party, and which organisations are service owners.
//
// The interfaces ([Parties], [Users], [ServiceOwners], [Roles]) are what the rest of the program asks
// for; [File] answers them from one JSON file, the development register. The file is read and checked
// once ([Load], [Parse]): either every line of it is sound or it is refused with all faults at once.
// A [File] never changes afterwards and is safe for use by many goroutines.
//
// The file may hold synthetic numbers only (see [IsSyntheticPersonNumber] and
// [IsSyntheticOrganisationNumber]), so that no real person can end up in a test system by accident.
// Numbers and names of people never appear in errors, in logs or in formatted values of this package.
package register
