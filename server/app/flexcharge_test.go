package app_test

import (
	"path/filepath"
	"slices"
	"time"

	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/merchant"
)

// client is a merchant's server that was written for FlexCharge.
type client struct {
	*house
	account merchant.Opening
	access  string
}

// speaksFlexCharge gives the house's merchant such a server.
func speaksFlexCharge(h *house) *client {
	h.t.Helper()
	return clientOf(h, h.account)
}

func clientOf(h *house, account merchant.Opening) *client {
	h.t.Helper()
	c := &client{house: h, account: account}
	app := account.Keys[merchant.Application]
	a := h.call("POST", "/v1/oauth2/token", `{"AppKey":"`+app.Public+`","AppSecret":"`+app.Secret+`"}`)
	if c.access = a.text("accessToken"); a.Status != http.StatusOK || c.access == "" {
		h.t.Fatalf("no access: %d %s", a.Status, a.Body)
	}
	return c
}

// ask calls with the access token.
func (c *client) ask(method, path, body string) answer {
	c.t.Helper()
	return c.call(method, path, body, "Authorization", "Bearer "+c.access, "Content-Type", "application/json")
}

// place is the query with which pages tokenize.
func (c *client) place() string {
	return "?mid=" + c.account.Merchant.ID + "&environment=" + c.account.Keys[merchant.Tokenization].Text()
}

// cardJSON is a card to keep, in FlexCharge's words; more are members of the card.
func cardJSON(number string, more ...string) string {
	return `{"payment_method":{"credit_card":{"first_name":"Joe","last_name":"Jones","number":"` + number + `","month":"03","year":"2030"` + strings.Join(more, "") + `}}}`
}

const withCVV = `,"verification_value":"999"`

// token keeps a card and gives its token.
func (c *client) token(number string, more ...string) string {
	c.t.Helper()
	a := c.ask("POST", "/v1/tokenize", cardJSON(number, more...))
	if a.Status != http.StatusOK {
		c.t.Fatalf("tokenize: %d %s", a.Status, a.Body)
	}
	return a.text("transaction.payment_method.token")
}

// object is JSON to be changed and sent.
type object map[string]any

func (o object) String() string {
	text, err := json.Marshal(map[string]any(o))
	if err != nil {
		panic(err)
	}
	return string(text)
}

// with is the object with other members, by their dotted path; nil takes one away.
func (o object) with(changes ...any) object {
	out := maps.Clone(o)
	for i := 0; i < len(changes); i += 2 {
		path, value := changes[i].(string), changes[i+1]
		name, rest, deep := strings.Cut(path, ".")
		switch inner, _ := out[name].(object); {
		case deep:
			out[name] = inner.with(rest, value)
		case value == nil:
			delete(out, name)
		default:
			out[name] = value
		}
	}
	return out
}

// sale is a declined sale of a shopper's whose card is kept.
func sale(token string) object {
	name := id.Random()
	return object{
		"isDeclined": true, "idempotencyKey": "k-" + name, "orderId": "o-" + name, "transactionType": "Purchase", "orderSource": "website", "isMIT": false,
		"transaction": object{
			"id": "t-" + name, "timestampUtc": "2025-11-21T10:00:00Z", "timezoneUtcOffset": -5, "amount": 1500, "currency": "USD", "responseCode": "05",
			"responseCodeSource": "iso8583", "avsResultCode": "Y", "cvvResultCode": "M", "cavvResultCode": "NA", "responseDescription": "Do not honor",
			"dynamicDescriptor": "DESCRIPTOR", "processorName": "Acme",
		},
		"payer":              object{"email": "joe@shop.example"},
		"billingInformation": object{"firstName": "Joe", "lastName": "Jones", "country": "United States", "countryCode": "US", "addressLine1": "1 Main St", "city": "Ottawa", "zipcode": "K1C2N6"},
		"paymentMethod":      object{"Token": true, "cardNumber": token, "holderName": "Joe Jones", "expirationMonth": 3, "expirationYear": 2030},
	}
}

// evaluate asks what can be done about a declined sale.
func (c *client) evaluate(s object) answer {
	c.t.Helper()
	return c.ask("POST", "/v1/evaluate", s.String())
}

// traced takes out of a refusal what is new in each.
func traced(t *testing.T, a answer) string {
	t.Helper()
	form := regexp.MustCompile(`^\{"TraceId":\["00-[0-9a-f]{32}-[0-9a-f]{16}-00"\]`)
	if !form.MatchString(a.Body) {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	return form.ReplaceAllString(a.Body, "{…")
}

// The documented calls, one after the other, as FlexCharge's own client makes them.
func TestFlexChargeAccess(t *testing.T) {
	t.Parallel()
	h := open(t)
	app := h.account.Keys[merchant.Application]
	before := time.Now()
	a := h.call("POST", "/v1/oauth2/token", `{"APPKEY":"`+app.Public+`","appsecret":"`+app.Secret+`"}`)
	expires, _ := a.field("expires").(float64)
	if left := time.UnixMilli(int64(expires)).Sub(before); a.Status != 200 || left < 590*time.Second || left > 630*time.Second {
		t.Errorf("%d %s: good for %s", a.Status, a.Body, left)
	}
	if names := slices.Sorted(maps.Keys(fields(t, a.Body))); strings.Join(names, " ") != "accessToken customProperties errors expires id refreshToken result status statusCode success" {
		t.Errorf("%v", names)
	}
	access, refresh := a.text("accessToken"), a.text("refreshToken")
	outcome := func(authorization string) answer {
		return h.call("POST", "/v1/outcome", `{"orderSessionKey":"`+id.NewToken().UUID()+`"}`, "Authorization", authorization)
	}
	for _, good := range []string{"Bearer " + access, "bearer " + access, access, " Bearer  " + access} {
		if a := outcome(good); a.Status != 200 || a.text("status") != "NOTFOUND" {
			t.Errorf("%q: %d %s", good, a.Status, a.Body)
		}
	}
	other := h.merchant("Other")
	said, proof, _ := strings.Cut(access, ".")
	for name, bad := range map[string]string{
		"none": "", "empty": "Bearer ", "refresh token": "Bearer " + refresh, "cut": access[:len(access)-1], "changed": "A" + access[1:], "two proofs": said + "." + proof + proof,
		"no proof": said + ".", "AppKey": app.Public, "whole key": app.Text(), "secret key": h.secret(), "another's refresh": clientOf(h, other).access + refresh,
	} {
		if a := outcome(bad); a.Status != 401 || a.Body != "{}" || a.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	for body, want := range map[string]string{
		`{"AppKey":"` + app.Public + `","AppSecret":"x"}`:                                                                          `{…,"AppKey":["The AppKey or the AppSecret is wrong."]}`,
		`{"AppKey":"` + app.Public + `","AppSecret":"` + other.Keys[merchant.Application].Secret + `"}`:                            `{…,"AppKey":["The AppKey or the AppSecret is wrong."]}`,
		`{"AppKey":"` + h.account.Keys[merchant.Secret].Public + `","AppSecret":"` + h.account.Keys[merchant.Secret].Secret + `"}`: `{…,"AppKey":["The AppKey or the AppSecret is wrong."]}`,
		`{"AppKey":"` + h.account.Keys[merchant.Tokenization].Public + `","AppSecret":""}`:                                         `{…,"AppSecret":["The AppSecret field is required."]}`,
		`{}`:    `{…,"AppKey":["The AppKey field is required."],"AppSecret":["The AppSecret field is required."]}`,
		`{"App`: `{…,"Request":["The body is not valid JSON. Send one JSON object and nothing after it."]}`,
	} {
		if a := h.call("POST", "/v1/oauth2/token", body); a.Status != 400 || traced(t, a) != want {
			t.Errorf("%s: %d %s", body, a.Status, a.Body)
		}
	}
	if strings.Contains(h.log.String(), access) || strings.Contains(h.log.String(), app.Secret) {
		t.Error("the log holds what must stay secret")
	}
}

// A credential that is revoked opens nothing, though its token is not over.
func TestARevokedAppKeyOpensNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := speaksFlexCharge(h)
	if a := c.ask("GET", "/v1/orders", ""); a.Status != 200 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	h.revoke(c.account.Keys[merchant.Application].ID)
	h.eventually(func() bool { return c.ask("GET", "/v1/orders", "").Status == 401 })
}

// revoke ends a credential as an operator does beside a running server.
func (h *house) revoke(credential string) {
	h.t.Helper()
	db := h.beside()
	defer db.Close()
	if _, err := db.Exec(db.Rebind(`UPDATE credentials SET revoked_at = ? WHERE id = ?`), time.Now().UnixMilli(), credential); err != nil {
		h.t.Fatal(err)
	}
}

// beside opens the database beside the server. The caller closes it.
func (h *house) beside() *sqlx.DB {
	driver, place := "sqlite3", filepath.Join(h.data, "paywicket.db")
	if h.database != "" {
		driver, place = "pgx", h.database
	}
	return sqlx.MustOpen(driver, place)
}

// countIn gives the one number that a query asks for.
func (h *house) countIn(query string, args ...any) (n int) {
	h.t.Helper()
	db := h.beside()
	defer db.Close()
	if err := db.Get(&n, db.Rebind(query), args...); err != nil {
		h.t.Fatal(err)
	}
	return n
}

// fields are the members of a JSON object.
func fields(t *testing.T, text string) map[string]json.RawMessage {
	t.Helper()
	var all map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return all
}
