package register_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hovedbok/hovedbok/integrations/register"
)

func TestPersonNumbers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name             string
		number           string
		valid, synthetic bool
	}{
		{"synthetic of 1970", "01817010055", true, true},
		{"synthetic of 1990", "15869010089", true, true},
		{"synthetic of a leap day", "29820460160", true, true},
		{"synthetic of 1955", "31925530150", true, true},
		{"synthetic of 2010", "24871070071", true, true},
		{"synthetic D-number", "55869012083", true, true},
		{"second synthetic D-number", "43838545085", true, true},
		{"form of 2032, remainder 0", "02013299997", true, false},
		{"form of 2032, remainder 2", "02013299903", true, false},
		{"form of 2032, remainder 3", "02013299911", true, false},
		{"form of 2032, other person", "30108299939", true, false},
		{"valid but not synthetic", "41814061033", true, true},
		{"first check digit wrong", "15869010099", false, false},
		{"second check digit wrong", "15869010088", false, false},
		{"known test number without valid check digits", "01039012345", false, false},
		{"too short", "1586901008", false, false},
		{"too long", "158690100890", false, false},
		{"letters", "1586901008a", false, false},
		{"other digits than ASCII", "١٥٨٦٩٠١٠٠٨٩", false, false},
		{"all zeros: check digits fit, no such day", "00000000000", false, false},
		{"empty", "", false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := register.ValidPersonNumber(tt.number); got != tt.valid {
				t.Errorf("valid = %v, want %v", got, tt.valid)
			}
			if got := register.IsSyntheticPersonNumber(tt.number); got != tt.synthetic {
				t.Errorf("synthetic = %v, want %v", got, tt.synthetic)
			}
		})
	}
}

func TestOrganisationNumbers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		number           string
		valid, synthetic bool
	}{
		{"991825827", true, false},
		{"974760673", true, false},
		{"310000019", true, true},
		{"312345676", true, true},
		{"313000109", true, true},
		{"314244370", true, true},
		{"315000009", true, true},
		{"315000008", false, false},
		{"897069650", false, false},
		{"31500000", false, false},
		{"31500000x", false, false},
		{"", false, false},
	}
	for _, tt := range tests {
		t.Run(tt.number, func(t *testing.T) {
			t.Parallel()
			if got := register.ValidOrganisationNumber(tt.number); got != tt.valid {
				t.Errorf("valid = %v, want %v", got, tt.valid)
			}
			if got := register.IsSyntheticOrganisationNumber(tt.number); got != tt.synthetic {
				t.Errorf("synthetic = %v, want %v", got, tt.synthetic)
			}
		})
	}
}

func TestSyntheticPersonNumber_IsSyntheticAndHoldsTheDay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		day := rapid.IntRange(0, 365*139).Draw(t, "day")
		born := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, day)
		n := rapid.IntRange(0, 300).Draw(t, "n")
		number, err := register.SyntheticPersonNumber(born, n)
		if err != nil {
			t.Fatal(err)
		}
		if !register.IsSyntheticPersonNumber(number) {
			t.Fatalf("number %d of %s is not synthetic", n, born.Format(time.DateOnly))
		}
		want := fmt.Sprintf("%02d%02d%02d", born.Day(), int(born.Month())+80, born.Year()%100)
		if !strings.HasPrefix(number, want) {
			t.Fatalf("number begins with %s, want %s", number[:6], want)
		}
	})
}

func TestSyntheticNumbers_AreDistinct(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for n := range 2000 {
		number, err := register.SyntheticOrganisationNumber(n)
		if err != nil || seen[number] || !register.IsSyntheticOrganisationNumber(number) {
			t.Fatalf("organisation %d: %s, seen %v, %v", n, number, seen[number], err)
		}
		seen[number] = true
	}
	born := time.Date(2001, 2, 3, 0, 0, 0, 0, time.UTC)
	for n := range 400 {
		number, err := register.SyntheticPersonNumber(born, n)
		if err != nil || seen[number] {
			t.Fatalf("person %d: seen %v, %v", n, seen[number], err)
		}
		seen[number] = true
	}
}

func TestSyntheticNumbers_RefuseWhatCannotBeMade(t *testing.T) {
	t.Parallel()
	day := time.Date(1990, 6, 15, 0, 0, 0, 0, time.UTC)
	if _, err := register.SyntheticPersonNumber(day, 500); err == nil {
		t.Error("a day has fewer than 500 numbers")
	}
	if _, err := register.SyntheticPersonNumber(day, -1); err == nil {
		t.Error("a negative ordinal was accepted")
	}
	if _, err := register.SyntheticPersonNumber(day.AddDate(-100, 0, 0), 0); err == nil {
		t.Error("the year 1890 was accepted")
	}
	for _, n := range []int{-1, 4_500_000} {
		if _, err := register.SyntheticOrganisationNumber(n); err == nil {
			t.Errorf("organisation %d was made", n)
		}
	}
	if last, err := register.SyntheticOrganisationNumber(4_499_999); err != nil || !register.IsSyntheticOrganisationNumber(last) {
		t.Errorf("the last organisation: %s, %v", last, err)
	}
}

func TestValidNumbers_ChangeOfOneDigitIsSeen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 4_499_999).Draw(t, "n")
		number, err := register.SyntheticOrganisationNumber(n)
		if err != nil {
			t.Fatal(err)
		}
		at := rapid.IntRange(0, 8).Draw(t, "at")
		digit := byte('0' + rapid.IntRange(0, 9).Draw(t, "digit"))
		changed := []byte(number)
		if changed[at] == digit {
			t.Skip("same digit")
		}
		changed[at] = digit
		if register.ValidOrganisationNumber(string(changed)) {
			t.Fatalf("%s with one digit changed to %s is valid", number, changed)
		}
	})
}
