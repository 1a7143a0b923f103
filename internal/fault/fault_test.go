package fault_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/fault"
)

func TestOtherErrorsAreInternalAndSayNothing(t *testing.T) {
	t.Parallel()
	cause := errors.New("disk sda1 is on fire")
	e := fault.Of(fmt.Errorf("open: %w", cause))
	if e.Code != fault.Internal {
		t.Errorf("code = %q, want internal", e.Code)
	}
	if strings.Contains(e.Message, "sda1") {
		t.Errorf("the caller's message shows the cause: %q", e.Message)
	}
	if !strings.Contains(e.Error(), "sda1") {
		t.Errorf("the log's text lost the cause: %q", e.Error())
	}
}

func TestOfFindsAWrappedFault(t *testing.T) {
	t.Parallel()
	inner := fault.Field("amount", "must be at least 1")
	e := fault.Of(fmt.Errorf("session: %w", inner))
	if e != inner {
		t.Errorf("Of = %v, want the wrapped fault itself", e)
	}
}

func TestOnlyUnavailableInvitesTheSameRequestAgain(t *testing.T) {
	t.Parallel()
	for _, code := range fault.All {
		if got, want := fault.New(code, "x").Retry, code == fault.Unavailable; got != want {
			t.Errorf("%s: retry = %v, want %v", code, got, want)
		}
	}
}
