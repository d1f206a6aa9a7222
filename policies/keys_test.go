package policies

import (
	"slices"
	"testing"

	"github.com/hovedbok/hovedbok/policies/xacml"
)

func TestKeys(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, kind string
		got, want  []string
	}{
		{"person", KindUser, UserKeys(7, "AB", []string{"DAGL", "FFØR"}, []string{"Skatt"}), []string{"role:dagl", "role:ffør", "pkg:skatt", "user:7", "person:ab"}},
		{"nobody", KindUser, UserKeys(0, "", []string{""}, nil), []string{}},
		{"service owner", KindOrg, OrgKeys("TTD", "310000000"), []string{"org:ttd", "orgno:310000000"}},
		{"organisation", KindUser, OrgKeys("", "310000000"), []string{"orgno:310000000"}},
		{"system user", KindSystemUser, SystemUserKeys("AB", []string{"Skatt"}), []string{"pkg:skatt", "sysuser:ab"}},
		{"register role", KindUser, RegisterKeys("CCR", "Revisor"), []string{"extrole:ccr:revisor"}},
		{"estate role", KindUser, EstateKeys("urn:digitaltdodsbo:Formuesfullmakt"), []string{"oed:urn:digitaltdodsbo:formuesfullmakt"}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
		if err := checkKeys(c.kind, c.got); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestKeys_AreThoseOfTheTranslation ties callers to policies: both must spell keys alike.
func TestKeys_AreThoseOfTheTranslation(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ key, attribute, value string }{
		{UserKeys(0, "", []string{"FFØR"}, nil)[0], "urn:altinn:rolecode", "ffør"},
		{UserKeys(0, "", nil, []string{"Skatt"})[0], "urn:altinn:accesspackage", "skatt"},
		{UserKeys(7, "", nil, nil)[0], "urn:altinn:userid", "7"},
		{UserKeys(0, "AB", nil, nil)[0], "urn:altinn:person:uuid", "ab"},
		{OrgKeys("ttd", "")[0], "urn:altinn:org", "TTD"},
		{OrgKeys("", "310000000")[0], "urn:altinn:organizationnumber", "310000000"},
		{SystemUserKeys("AB", nil)[0], "urn:altinn:systemuser:uuid", "ab"},
		{RegisterKeys("ccr", "revisor")[0], "urn:altinn:external-role:ccr", "REVISOR"},
		{EstateKeys("x")[0], "urn:digitaltdodsbo:rolecode", "X"},
	} {
		if want, ok := xacml.SubjectKey(c.attribute, c.value); !ok || c.key != want {
			t.Errorf("caller's key %q, policy's key %q", c.key, want)
		}
	}
}
