// Package process is the BPMN graph of an app and the way through it.
//
// A Graph is built once from the elements and sequence flows of process.bpmn, is checked while it is
// built, and never changes afterwards, so any number of goroutines may read it. It answers one
// question: which element comes after this one? Gateways are walked through on the way:
//
//	StartEvent ──► Task_1 ──► ◇ Gateway ──["equals",["gatewayAction"],"reject"]──► Task_1
//	                                  └───["notEquals",["gatewayAction"],"reject"]─► EndEvent
//
// The rules are those of the host that Altinn runs (ProcessNavigator and
// ExpressionsExclusiveGateway), its surprises included: in a gateway where any flow has a condition,
// a flow without one counts as true, exactly one flow must remain, and the gateway's default matters
// only where nothing was filtered.
//
// The package knows no expressions. A condition is text that the caller evaluates through Conditions.
package process
