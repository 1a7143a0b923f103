package audit_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/audit"
)

func TestHashDependsOnEveryFieldAndOnTheEntryBefore(t *testing.T) {
	t.Parallel()
	base := audit.Entry{At: time.UnixMilli(1), Merchant: "m", Actor: "a", Action: "b", Object: "c", Detail: "d"}
	want := base.Hash([]byte("previous"))
	changed := map[string]audit.Entry{}
	for name, change := range map[string]func(*audit.Entry){
		"at":       func(e *audit.Entry) { e.At = time.UnixMilli(2) },
		"merchant": func(e *audit.Entry) { e.Merchant = "x" },
		"actor":    func(e *audit.Entry) { e.Actor = "x" },
		"action":   func(e *audit.Entry) { e.Action = "x" },
		"object":   func(e *audit.Entry) { e.Object = "x" },
		"detail":   func(e *audit.Entry) { e.Detail = "x" },
		"shifted":  func(e *audit.Entry) { e.Actor, e.Action = "ab", "" },
	} {
		e := base
		change(&e)
		changed[name] = e
	}
	for name, e := range changed {
		if bytes.Equal(e.Hash([]byte("previous")), want) {
			t.Errorf("a change of %s leaves the hash as it was", name)
		}
	}
	if bytes.Equal(base.Hash([]byte("other")), want) {
		t.Error("the entry before does not matter")
	}
	if !bytes.Equal(base.Hash([]byte("previous")), want) {
		t.Error("the same entry hashes differently")
	}
}
