package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/rescue"
)

// sale is a sale of 49 dollars that was declined elsewhere without a reason, of a shopper
// who waits, with a card that is kept here.
func (h *house) sale(reference, token string) rescue.Sale {
	h.t.Helper()
	kept, err := id.ParseToken(token)
	if err != nil {
		h.t.Fatal(err)
	}
	return rescue.Sale{
		Merchant: h.account.Merchant.ID, Kind: rescue.CIT, Source: rescue.Website, Reference: reference, Transaction: "t-" + reference,
		Amount: money.Amount{Minor: 4900, Currency: "USD"}, Declined: true, Answer: rescue.Answer{Code: "05", Source: "visa"},
		Token: kept, CVV: true, At: time.Now(),
	}
}

// evaluate hands a declined sale in.
func (h *house) evaluate(sale rescue.Sale) rescue.View {
	h.t.Helper()
	v, err := h.app.Rescues().Evaluate(h.t.Context(), sale, nil, "test")
	if err != nil {
		h.t.Fatal(err)
	}
	return v
}

// off names the switches that an answer says are off, for the merchant and for its first site.
func (a answer) off() string {
	var settings struct {
		Switches []struct {
			Name string
			On   bool
		}
		Sites []struct {
			Switches []struct {
				Name string
				On   bool
			}
		}
	}
	if err := json.Unmarshal([]byte(a.Body), &settings); err != nil || len(settings.Switches) != 8 || len(settings.Sites) == 0 || len(settings.Sites[0].Switches) != 8 {
		return fmt.Sprintf("%d %s", a.Status, a.Body)
	}
	var off []string
	for _, s := range settings.Switches {
		if !s.On {
			off = append(off, s.Name)
		}
	}
	off = append(off, "|")
	for _, s := range settings.Sites[0].Switches {
		if !s.On {
			off = append(off, s.Name)
		}
	}
	return strings.Join(off, " ")
}

// What is switched off is not rescued, for the merchant or for one site, and nobody
// switches for another merchant.
func TestRescueIsSwitched(t *testing.T) {
	t.Parallel()
	h := open(t)
	token, site := h.keepMany(1)[0], h.account.Site.ID
	foreign := h.merchant("Other").Site.ID
	if a := h.api("GET", "/v1/rescue", ""); a.off() != "|" || a.field("version") != 0.0 {
		t.Errorf("at first: %d %s", a.Status, a.Body)
	}
	if v := h.evaluate(h.sale("on", token)); v.Status() != rescue.StatusCaptureRequired {
		t.Errorf("everything is on: %s, %s", v.Status(), v.Reason)
	}
	for i, c := range []struct{ body, off, reason string }{
		{`{"off":["cit.website.sandbox"]}`, "cit.website.sandbox |", "switched_off"},
		{`{"off":["cit.website.live","cit.call_center.sandbox","mit.website.sandbox"]}`, "cit.website.live cit.call_center.sandbox mit.website.sandbox |", "another-way-to-the-issuer"},
		{`{"off":["cit.website.sandbox"],"site":"` + site + `"}`, "cit.website.live cit.call_center.sandbox mit.website.sandbox | cit.website.sandbox", "switched_off"},
		{`{"off":[]}`, "| cit.website.sandbox", "switched_off"},
		{`{"off":[],"site":"` + site + `"}`, "|", "another-way-to-the-issuer"},
	} {
		if a := h.api("PUT", "/v1/rescue/switches", c.body); a.Status != http.StatusOK || a.off() != c.off {
			t.Errorf("%s: %s", c.body, a.off())
		}
		if a := h.api("GET", "/v1/rescue", ""); a.off() != c.off {
			t.Errorf("after %s: %s", c.body, a.off())
		}
		if v := h.evaluate(h.sale(fmt.Sprint("order-", i), token)); v.Reason != c.reason {
			t.Errorf("with %s an order is %s: %s", c.body, v.Status(), v.Reason)
		}
	}
	for name, c := range map[string]struct{ body, field string }{
		"no such switch": {`{"off":["cit.website"]}`, "off"},
		"twice":          {`{"off":["mit.website.live","mit.website.live"]}`, "off"},
		"nothing":        {`{}`, "off"},
		"unknown field":  {`{"off":[],"on":[]}`, "on"},
	} {
		if a := h.api("PUT", "/v1/rescue/switches", c.body); a.Status != http.StatusBadRequest || a.text("field") != c.field {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	strip := regexp.MustCompile(`req_\w+`)
	unknown := h.api("PUT", "/v1/rescue/switches", `{"off":[],"site":"site_00000000000000000000000000"}`)
	for name, other := range map[string]string{"another merchant's": foreign, "malformed": "site_x"} {
		a := h.api("PUT", "/v1/rescue/switches", `{"off":["cit.website.sandbox"],"site":"`+other+`"}`)
		if a.Status != http.StatusNotFound || strip.ReplaceAllString(a.Body, "") != strip.ReplaceAllString(unknown.Body, "") {
			t.Errorf("%s site: %d %s, and an unknown one %s", name, a.Status, a.Body, unknown.Body)
		}
	}
}

// A merchant's own rules are put in force by version, tried on the past without changing
// anything, and what they decided is on record.
func TestRulesOfAMerchantsOwn(t *testing.T) {
	t.Parallel()
	h := open(t)
	token := h.keepMany(1)[0]
	var settings struct {
		Version        int
		Rules          rescue.Table
		Facts, Actions []string
	}
	if a := h.api("GET", "/v1/rescue", ""); json.Unmarshal([]byte(a.Body), &settings) != nil || !reflect.DeepEqual(settings.Rules, rescue.DefaultTable) || len(settings.Facts) < 20 || len(settings.Actions) != len(rescue.Actions) {
		t.Errorf("by default: %d %s", a.Status, a.Body)
	}
	began := time.Now()
	h.evaluate(h.sale("order-1", token))
	const cautious = `[{"name":"never","why":"We ask nobody twice.","when":[{"fact":"kind","is":["cit"]},{"fact":"amount","at_least":4900}],"then":"decline"},{"name":"anything","when":[],"then":"reroute"}]`

	replay := h.api("POST", "/v1/rescue/replay", `{"rules":`+cautious+`}`)
	if replay.Status != http.StatusOK || replay.field("decisions") != 1.0 || replay.field("changed") != 1.0 || !strings.Contains(replay.Body, `"did_rule":"another-way-to-the-issuer","would":"decline","would_rule":"never"`) {
		t.Errorf("replay: %d %s", replay.Status, replay.Body)
	}
	if a := h.api("POST", "/v1/rescue/replay", `{"rules":`+cautious+`,"from":"`+began.Add(-24*time.Hour).Format(time.RFC3339)+`","to":"`+began.Add(-time.Hour).Format(time.RFC3339)+`"}`); a.field("decisions") != 0.0 {
		t.Errorf("of a day before: %d %s", a.Status, a.Body)
	}
	if a := h.api("GET", "/v1/rescue", ""); a.field("version") != 0.0 {
		t.Errorf("a replay changed the rules: %s", a.Body)
	}
	if v := h.evaluate(h.sale("order-2", token)); v.Reason != "another-way-to-the-issuer" {
		t.Errorf("a replay changed what is decided: %s", v.Reason)
	}

	if a := h.api("PUT", "/v1/rescue/rules", `{"version":0,"rules":`+cautious+`}`); a.Status != http.StatusOK || a.field("version") != 1.0 {
		t.Errorf("put in force: %d %s", a.Status, a.Body)
	}
	if v := h.evaluate(h.sale("order-3", token)); v.Status() != rescue.StatusDeclined || v.Reason != "never" {
		t.Errorf("by rules of one's own: %s, %s", v.Status(), v.Reason)
	}
	for name, c := range map[string]struct {
		body, field string
		status      int
	}{
		"of a version before":  {`{"version":0,"rules":[]}`, "", http.StatusConflict},
		"of one to come":       {`{"version":2,"rules":[]}`, "", http.StatusConflict},
		"of no version":        {`{"rules":[]}`, "version", http.StatusBadRequest},
		"no rules":             {`{"version":1}`, "rules", http.StatusBadRequest},
		"an unknown action":    {`{"version":1,"rules":[{"name":"a","when":[],"then":"pray"}]}`, "rules", http.StatusBadRequest},
		"an unknown fact":      {`{"version":1,"rules":[{"name":"a","when":[{"fact":"weather","is":["fine"]}],"then":"decline"}]}`, "rules", http.StatusBadRequest},
		"a fraction":           {`{"version":1,"rules":[{"name":"a","when":[{"fact":"amount","at_least":1.5}],"then":"decline"}]}`, "rules.0.when.0.at_least", http.StatusBadRequest},
		"a name twice":         {`{"version":1,"rules":[{"name":"a","when":[],"then":"decline"},{"name":"a","when":[],"then":"decline"}]}`, "rules", http.StatusBadRequest},
		"something else in it": {`{"version":1,"rules":[{"name":"a","when":[],"then":"decline","else":"reroute"}]}`, "rules.0.else", http.StatusBadRequest},
	} {
		if a := h.api("PUT", "/v1/rescue/rules", c.body); a.Status != c.status || a.text("field") != c.field {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	// A table may be larger than other bodies, up to what the server reads.
	long := strings.Repeat(`{"name":"rule-%d","why":"`+strings.Repeat("x", 250)+`","when":[{"fact":"class","is":["hard"]}],"then":"decline"},`, 99)
	numbers := make([]any, 99)
	for i := range numbers {
		numbers[i] = i
	}
	large := `{"version":1,"rules":[` + strings.TrimSuffix(fmt.Sprintf(long, numbers...), ",") + `]}`
	if a := h.api("PUT", "/v1/rescue/rules", large); len(large) < 30_000 || a.Status != http.StatusOK || a.field("version") != 2.0 {
		t.Errorf("a table of %d bytes: %d", len(large), a.Status)
	}
	for _, bad := range []string{`"to":"2026-01-01T00:00:00Z","from":"2026-01-01T00:00:00Z"`, `"from":"2026-01-01T00:00:00Z","to":"2026-06-01T00:00:00Z"`} {
		if a := h.api("POST", "/v1/rescue/replay", `{"rules":[],`+bad+`}`); a.Status != http.StatusBadRequest || a.text("field") != "from" {
			t.Errorf("%s: %d %s", bad, a.Status, a.Body)
		}
	}
}

// What was decided is given page by page, each once, oldest first; and orders newest first.
// Nobody sees another's.
func TestDecisionsAndOrdersAreListed(t *testing.T) {
	t.Parallel()
	h := open(t)
	token := h.keepMany(1)[0]
	var orders []string
	for i := range 5 {
		orders = append(orders, h.evaluate(h.sale(fmt.Sprint("order-", i), token)).Order.ID)
	}
	other := []string{"Authorization", "Bearer " + h.merchant("Other").Keys[merchant.Secret].Text()}

	var seen []string
	var last time.Time
	for after, more := "", true; more; {
		a := h.api("GET", "/v1/rescue/decisions?limit=2&after="+after, "")
		var page struct {
			Decisions []struct {
				ID, Order, Rule, Action string
				At                      time.Time
			}
			HasMore bool `json:"has_more"`
		}
		if err := json.Unmarshal([]byte(a.Body), &page); err != nil || len(page.Decisions) == 0 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		for _, d := range page.Decisions {
			seen = append(seen, d.Order)
			if d.At.Before(last) {
				t.Errorf("%s is before the one before it", d.ID)
			}
			last = d.At
			if d.Rule != "another-way-to-the-issuer" || d.Action != "reroute" {
				t.Errorf("%+v", d)
			}
		}
		after, more = page.Decisions[len(page.Decisions)-1].ID, page.HasMore
		if foreign := h.call("GET", "/v1/rescue/decisions?after="+after, "", other...); foreign.Status != http.StatusBadRequest || foreign.text("field") != "after" {
			t.Errorf("another's cursor: %d %s", foreign.Status, foreign.Body)
		}
	}
	if !slices.Equal(slices.Sorted(slices.Values(seen)), slices.Sorted(slices.Values(orders))) {
		t.Errorf("decided were %v, listed are %v", orders, seen)
	}
	for _, c := range []struct{ query, field string }{
		{"limit=501", "limit"}, {"limit=0", "limit"}, {"after=x", "after"}, {"from=yesterday", "from"}, {"from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", "from"},
	} {
		if a := h.api("GET", "/v1/rescue/decisions?"+c.query, ""); a.Status != http.StatusBadRequest || a.text("field") != c.field {
			t.Errorf("%s: %d %s", c.query, a.Status, a.Body)
		}
	}
	if a := h.api("GET", "/v1/rescue/decisions?limit=500&to="+time.Now().Add(-time.Hour).UTC().Format(time.RFC3339), ""); a.Body != `{"decisions":[],"has_more":false}` {
		t.Errorf("of before: %s", a.Body)
	}

	first := h.api("GET", "/v1/rescue/orders?limit=3", "")
	rest := h.api("GET", "/v1/rescue/orders?limit=3&before="+orders[2], "")
	if first.field("has_more") != true || rest.field("has_more") != false || strings.Index(first.Body, orders[4]) > strings.Index(first.Body, orders[2]) ||
		strings.Count(first.Body, `"reference"`) != 3 || strings.Count(rest.Body, `"reference"`) != 2 || !strings.Contains(rest.Body, orders[0]) {
		t.Errorf("%s\n%s", first.Body, rest.Body)
	}
	own := h.api("GET", "/v1/rescue/orders/"+orders[0], "")
	if own.Status != http.StatusOK || own.text("status") != "capture_required" || own.text("reference") != "order-0" || own.text("payment") == "" {
		t.Errorf("%d %s", own.Status, own.Body)
	}
	strip := regexp.MustCompile(`req_\w+`)
	unknown := h.call("GET", "/v1/rescue/orders/00000000-0000-4000-8000-000000000000", "", other...)
	for name, path := range map[string]string{"another's": orders[0], "malformed": "x", "no text": "%00"} {
		a := h.call("GET", "/v1/rescue/orders/"+path, "", other...)
		if a.Status != http.StatusNotFound || strip.ReplaceAllString(a.Body, "") != strip.ReplaceAllString(unknown.Body, "") {
			t.Errorf("%s order: %d %s", name, a.Status, a.Body)
		}
	}
	for _, cursor := range []string{orders[0], "x", "%00"} {
		if a := h.call("GET", "/v1/rescue/orders?before="+cursor, "", other...); a.Status != http.StatusBadRequest || a.text("field") != "before" {
			t.Errorf("before %s: %d %s", cursor, a.Status, a.Body)
		}
	}
	if a := h.call("GET", "/v1/rescue/orders", "", other...); a.Body != `{"orders":[],"has_more":false}` {
		t.Errorf("another's orders: %s", a.Body)
	}
}
