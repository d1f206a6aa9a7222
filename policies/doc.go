// Package policies decides who may do what, and which rows a caller may see.
//
// # Model
//
// Everything is denied unless something permits it. One Rego policy, embedded from
// policies/rego, serves all apps; what differs between apps is data that package
// policies/xacml translates from their policy.xml. A caller arrives as subject keys
// (role:dagl, pkg:skatt, org:ttd), built by UserKeys, OrgKeys or SystemUserKeys for the party
// that owns the instance. A resource arrives as slots: "*", the task or the end event at which
// its process stands, and a part such as events. The app's document maps action, slot
// and key; a decision is a few look-ups, whatever the number of apps and roles.
//
// A request is permitted in one of four ways:
//
//  1. the app's policy grants the action at one of the slots to one of the caller's keys;
//  2. a delegation reaches the caller, for the app or for this one instance;
//  3. an app acts for its owner on another app of the same owner, as its links declare;
//  4. as 1, for the rare apps with Deny rules, which win.
//
// In each way the caller's level must reach the app's minimum, and its token must have one of the
// scopes that the app asks for in that mode. A write scope does not imply read.
//
// # Use
//
// Publish all apps, then ask. Decide answers one request; DecideActions answers for the
// buttons of a task; Filter gives a condition for lists; Explain tells an auditor why.
//
//	engine, err := policies.NewEngine(ctx)
//	err = engine.Publish(ctx, apps)
//	decision, err := engine.Decide(ctx, policies.Request{
//		Action: "sign", Mode: policies.Write, Now: now,
//		Subject:  policies.Subject{Kind: policies.KindUser, Level: 3, Keys: keys},
//		Resource: policies.Resource{App: "ttd/demo@v1", Party: 510001, Instance: guid, Task: "Task_1"},
//	})
//
// A refusal is no error: it has Allow false, a Code and what would have helped. An error means
// that no decision was made, and Allow is false then as well.
//
// Take the resource from the stored instance, never from the client; read keys and delegations at
// or after the position of the caller's own last write. Decisions are not cached: their inputs
// change with every event, and a stale grant is worse than 20 µs.
//
// # Versions and revisions
//
// An instance is decided by the policy of the app version to which it is pinned, so
// apps are published by version (org/app@version). Versions with equal content share one document, and
// lists are compiled over groups of apps that read alike, so hundreds of versions cost
// little. A delegation or a declared call that names an app without version means all its versions.
//
// Publish builds a snapshot aside, asks it questions whose answers are known, and swaps it
// in at once; when anything is wrong the old snapshot stays. Decision.Revision names the
// snapshot by a digest of its content, and ExplainAt can ask one of the last few again.
//
// # Lists
//
// Filter compiles the same policy, by partial evaluation, to a condition on four columns. The
// condition is a tree that this package renders with bind parameters; it never passes
// on SQL text from elsewhere. Compiled trees hold symbols for parties and apps and
// are cached by kind, level, scopes and key sets. A condition without a bound on app and party is an error,
// not an open list. Rows of apps with Deny rules are left out; Unfiltered names them.
//
// # Bad input
//
// Requests are checked in Go before they reach the policy: sizes, characters, levels, and that
// each kind of caller has only keys that it can have. An InputError names the field and
// never its value. Evaluation stops at a time limit and when the context ends.
//
// # Where this differs from Altinn
//
// Deny rules are enforced. A service owner is held to its own minimum level where the policy
// gives one. Scopes are compared whole. Rules that would apply to everyone are refused. Lists
// are filtered for service owners too. Each difference is stricter than Altinn's own engine.
package policies
