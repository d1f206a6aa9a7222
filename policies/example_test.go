package policies_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/hovedbok/hovedbok/policies"
	"github.com/hovedbok/hovedbok/policies/xacml"
)

func Example() {
	ctx := context.Background()
	src, err := os.ReadFile("xacml/testdata/standard.xml")
	if err != nil {
		panic(err)
	}
	policy, _, err := xacml.Translate(src, xacml.Options{Org: "ttd", App: "demo"})
	if err != nil {
		panic(err)
	}
	engine, err := policies.NewEngine(ctx, policies.WithDecisionLimit(time.Minute))
	if err != nil {
		panic(err)
	}
	if err := engine.Publish(ctx, []policies.App{{Key: "ttd/demo@v1", Policy: policy}}); err != nil {
		panic(err)
	}
	decision, err := engine.Decide(ctx, policies.Request{
		Action: "confirm", Mode: policies.Write, Now: time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC),
		Subject:  policies.Subject{Kind: policies.KindUser, Level: 3, Keys: policies.UserKeys(20001337, "", []string{"DAGL"}, nil)},
		Resource: policies.Resource{App: "ttd/demo@v1", Party: 510001, Task: "Task_1"},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(decision.Allow, decision.Code, decision.Need.Slots)

	condition, err := engine.Filter(ctx, policies.ListRequest{
		Subject:  policies.Subject{Kind: policies.KindUser, Level: 3},
		Profiles: []policies.Profile{{Parties: []int{510001}, Keys: []string{"role:dagl"}}},
		Now:      time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC),
	})
	if err != nil {
		panic(err)
	}
	where, args, err := condition.Render(policies.PostgreSQL, 1)
	fmt.Println(where, args, err)
	// Output:
	// false wrong_step [task:Task_Confirm]
	// ((i.party_id = ANY($1) AND i.app_id = ANY($2))) [[510001] [ttd/demo@v1]] <nil>
}
