package sandbox_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/server/sandbox"
)

// code answers a challenge with a one-time code.
func (b *bench) code(reference, body string) (int, string) {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.url+"/authorizations/"+reference+"/code", strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	status, text := b.do(request)
	return status, string(text)
}

func TestAChallengeIsPassedWithACode(t *testing.T) {
	t.Parallel()
	b := start(t)
	reference, _ := b.pending("descriptor", "SHOP")
	if status, _ := b.code(reference, `{"code":"54321"}`); status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong code: %d", status)
	}
	if status, _ := b.code(reference, `{`); status != http.StatusBadRequest {
		t.Errorf("no code: %d", status)
	}
	if status, _ := b.code("nobody", `{"code":"`+sandbox.TestCode+`"}`); status != http.StatusNotFound {
		t.Errorf("an unknown authorization: %d", status)
	}
	for range 2 { // the second time nothing is left to do
		status, text := b.code(reference, `{"code":"`+sandbox.TestCode+`"}`)
		if status != http.StatusOK || !strings.Contains(text, `"status":"`+string(processor.Approved)+`"`) || !strings.Contains(text, `"authentication":"challenged"`) {
			t.Errorf("%d %s", status, text)
		}
	}
}
