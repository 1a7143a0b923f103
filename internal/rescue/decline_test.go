package rescue_test

import (
	"slices"
	"testing"

	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/rescue"
)

// Every decline that our gateways tell of has a meaning, and what the schemes forbid is
// never tried again.
func TestOurOwnDeclines(t *testing.T) {
	t.Parallel()
	want := map[processor.DeclineCode]rescue.Class{
		processor.LostCard: rescue.Hard, processor.StolenCard: rescue.Hard, processor.PickUpCard: rescue.Hard,
		processor.InvalidAccount: rescue.Hard, processor.NotPermitted: rescue.Hard,
		processor.DoNotHonor: rescue.Soft, processor.InsufficientFunds: rescue.Soft, processor.RestrictedCard: rescue.Soft,
		processor.LimitExceeded: rescue.Soft, processor.IssuerUnavailable: rescue.Soft, processor.ProcessingError: rescue.Soft, processor.GenericDecline: rescue.Soft,
		processor.SuspectedFraud: rescue.Fraud, processor.ExpiredCard: rescue.Data, processor.IncorrectCVV: rescue.Data,
		processor.AuthenticationNeeded: rescue.Authentication, processor.AuthenticationFailed: rescue.Authentication,
	}
	for _, code := range processor.DeclineCodes {
		v := rescue.FromDeclineCode(code)
		if v.Class != want[code] || string(v.Reason) != string(code) || !v.Known {
			t.Errorf("%s: %+v, want %s", code, v, want[code])
		}
		if said := rescue.Classify("Paywicket", string(code), ""); said != v {
			t.Errorf("%s: passed on as a merchant's own it is %+v", code, said)
		}
	}
	if v := rescue.FromDeclineCode("nonsense"); v.Known || v.Class != rescue.Soft || v.Reason != rescue.Generic {
		t.Errorf("a code that does not exist: %+v", v)
	}
}

// What a scheme's code forbids stands whatever our own word for the decline is.
func TestAnOutcomesNetworkCode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code    processor.DeclineCode
		network string
		class   rescue.Class
		reason  rescue.Reason
	}{
		{processor.GenericDecline, "R1", rescue.Hard, rescue.RevokedAgreement},
		{processor.GenericDecline, "12", rescue.Hard, rescue.InvalidTransaction},
		{processor.DoNotHonor, "14", rescue.Hard, rescue.InvalidAccount},
		{processor.GenericDecline, "94", rescue.Data, rescue.Duplicate},
		{processor.LostCard, "05", rescue.Hard, rescue.LostCard},
		{processor.DoNotHonor, "05", rescue.Soft, rescue.DoNotHonor},
		{processor.InsufficientFunds, "", rescue.Soft, rescue.InsufficientFunds},
	} {
		if v := rescue.FromOutcome(c.code, c.network); v.Class != c.class || v.Reason != c.reason || v.Network != c.network {
			t.Errorf("%s with %q: %+v", c.code, c.network, v)
		}
	}
}

// The lists are complete, and every reason is of a class.
func TestReasonsHaveClasses(t *testing.T) {
	t.Parallel()
	seen := map[rescue.Class]bool{}
	for i, r := range rescue.Reasons {
		if slices.Index(rescue.Reasons, r) != i {
			t.Errorf("%s is listed twice", r)
		}
		seen[r.Class()] = true
		if !slices.Contains(rescue.Classes, r.Class()) {
			t.Errorf("%s is of class %q", r, r.Class())
		}
		if steps := rescue.Steps(r); (steps > 0) != r.Class().Retryable() {
			t.Errorf("%s is %s and has %d delayed attempts", r, r.Class(), steps)
		}
	}
	if len(seen) != len(rescue.Classes) {
		t.Errorf("only the classes %v have reasons", seen)
	}
	for _, listed := range rescue.EveryCode() {
		if !slices.Contains(rescue.Reasons, listed.Reason) {
			t.Errorf("%s %s: %q is not in the list of reasons", listed.Source, listed.Code, listed.Reason)
		}
	}
}
