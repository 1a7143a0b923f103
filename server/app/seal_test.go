package app_test

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/server/app"
)

// A server whose master key was split starts sealed: it serves health, takes shares,
// and does everything once there are enough.
func TestASealedServer(t *testing.T) {
	t.Parallel()
	h := open(t)
	token := h.keepMany(1)[0]
	session := h.session()
	h.stop()
	shares, err := app.SplitKey(h.data, 3, 2)
	if err != nil {
		t.Fatal(err)
	}
	h.serve(slog.New(slog.NewJSONHandler(h.log, nil)))
	bare := func(method, path, body string) answer { return h.call(method, path, body) }

	if a := bare("GET", "/healthz", ""); a.Status != http.StatusOK {
		t.Errorf("health: %d", a.Status)
	}
	for _, c := range [][3]string{
		{"GET", "/readyz", ""}, {"GET", "/v1/tokens/" + token, ""}, {"POST", "/v1/tokens", `{"number":"4111111111111111","exp_month":12,"exp_year":2030}`},
		{"POST", "/v1/checkout_sessions", `{"amount":1}`}, {"GET", "/checkout/" + session, ""}, {"POST", "/checkout/" + session + "/pay", "{}"}, {"GET", "/nothing", ""},
	} {
		if a := h.call(c[0], c[1], c[2], "Authorization", "Bearer "+h.secret()); a.Status != http.StatusServiceUnavailable || !strings.Contains(a.Body, "sealed") {
			t.Errorf("%s %s: %d %s", c[0], c[1], a.Status, a.Body)
		}
	}
	if a := bare("GET", "/unseal", ""); a.Status != 200 || a.field("sealed") != true || a.field("threshold") != 2.0 {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	give := func(share string) answer { return bare("POST", "/unseal", `{"share":"`+share+`"}`) }
	for _, wrong := range []string{"", "share-0", shares[1][:20] + "0000" + shares[1][24:]} {
		if a := give(wrong); a.Status != http.StatusBadRequest || a.text("field") != "share" && wrong == "" || wrong != "" && strings.Contains(a.Body, wrong) {
			t.Errorf("%q: %d %s", wrong, a.Status, a.Body)
		}
	}
	for range 2 { // the same share twice counts once
		if a := give(shares[2]); a.Status != 200 || a.field("sealed") != true || a.field("given") != 1.0 {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	}
	if a := give(shares[0]); a.Status != 200 || a.field("sealed") != false {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a := bare("GET", "/readyz", ""); a.Status != 200 {
		t.Errorf("not ready: %d %s", a.Status, a.Body)
	}
	if a := h.pay(session, "4111111111111111"); a.text("status") != "authorized" || a.text("token") == "" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a := give(shares[1]); a.Status != 200 || a.field("sealed") != false {
		t.Errorf("a share too many: %d %s", a.Status, a.Body)
	}
	for _, share := range shares {
		if strings.Contains(h.log.String(), share) {
			t.Error("a share is in the log")
		}
	}

	o := h.operator()
	if o.Sealed() != 2 {
		t.Errorf("%d shares to go", o.Sealed())
	}
	if _, err := o.Rotate(t.Context(), func(int) {}); err == nil {
		t.Error("keys were rotated without the shares")
	}
	for _, share := range shares[1:] {
		if err := o.Unseal(t.Context(), share); err != nil {
			t.Error(err)
		}
	}
	h.verify(o, 2)
}
