// Package xacml reads the policy.xml of an Altinn app and translates it to data.
//
// Altinn Studio writes a small part of XACML 3.0: one Policy whose rules name
// subjects, resources and actions by string equality, plus obligations that ask
// for an authentication level. Translate turns exactly that part into a Policy:
// action, then slot, then subject key. Whatever it does not understand fully,
// it refuses, with a code, a line and one sentence that says what to write
// instead. A policy that would mean one thing to XACML and another to Altinn's
// own engine is refused too.
//
// A slot says where in an app's life a grant holds:
//
//   - anywhere, also before the process has started
//     task:<id>     while the process stands in that BPMN task
//     end:<id>      after the process has ended in that end event
//     res:<name>    for a part of the app, such as its events
//
// A subject key says who: role:dagl, pkg:skatt, org:ttd, orgno:310000000,
// user:20001337, person:<uuid>, sysuser:<uuid> and so on (see SubjectKey).
//
// Actions and subject keys are lower case. Task and end event ids keep their
// case, as BPMN ids do.
package xacml
