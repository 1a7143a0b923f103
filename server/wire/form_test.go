package wire_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/server/wire"
)

// filled is a form that is filled in well, with changes given as pairs.
func filled(changes ...string) string {
	values := url.Values{
		"number": {"4111 1111 1111 1111"}, "expiry": {"12 / 30"}, "cvv": {"123"}, "name": {"Ada Löfgren"}, "email": {"ada+shop@example.com"}, "phone": {"+44 20 7946 0000"},
		"country": {"GB"}, "line1": {"1 Main & Side Street"}, "city": {"London"}, "state": {""}, "postal_code": {"NW1 6XE"}, "plan": {"0"}, "locale": {"de-AT"}, "appearance": {`{"theme":"dark"}`}, "action": {"pay"},
	}
	for i := 0; i < len(changes); i += 2 {
		values.Set(changes[i], changes[i+1])
	}
	return values.Encode()
}

func TestReadForm(t *testing.T) {
	t.Parallel()
	f, err := wire.ReadForm([]byte(filled("save", "on", "plan", "3", "network", "visa")))
	if err != nil || len(f.Flaws) != 0 {
		t.Fatalf("%v %v", f.Flaws, err)
	}
	if fmt.Sprint(f.Card.Number) != "411111******1111" || string(f.Card.CVV.Bytes()) != "123" || f.Card.Expiry.Month != 12 || f.Card.Expiry.Year != 2030 || f.Card.Name != "Ada Löfgren" {
		t.Errorf("card %+v", f.Card)
	}
	if !f.Save || f.Plan != 3 || f.Network != "visa" || f.Email != "ada+shop@example.com" || f.Phone != "+44 20 7946 0000" || f.Locale != "de-AT" || f.Appearance != `{"theme":"dark"}` ||
		f.Billing != (processor.Address{Line1: "1 Main & Side Street", City: "London", PostalCode: "NW1 6XE", Country: "GB"}) {
		t.Errorf("%+v", f)
	}
	want := map[string]string{"expiry": "12 / 30", "name": "Ada Löfgren", "email": "ada+shop@example.com", "phone": "+44 20 7946 0000", "country": "GB", "line1": "1 Main & Side Street", "city": "London", "postal_code": "NW1 6XE"}
	if !maps.Equal(f.Shown, want) {
		t.Errorf("shown again: %v", f.Shown)
	}
}

// Keyboards of many languages have digits of their own, and what is copied has odd spaces.
func TestDigitsOfOtherScriptsAreRead(t *testing.T) {
	t.Parallel()
	f, err := wire.ReadForm([]byte(filled("number", "٤١١١ ١١١١ ١١١١ ١١١١", "expiry", "۱۲ / ۳۰", "cvv", "１２３\u200e")))
	if err != nil || len(f.Flaws) != 0 || string(f.Card.Number.Bytes()) != "4111111111111111" || string(f.Card.CVV.Bytes()) != "123" || f.Card.Expiry.Month != 12 {
		t.Errorf("%+v %v %v", f.Card, f.Flaws, err)
	}
	if f, _ := wire.ReadForm([]byte(filled("number", "4111\u00a01111\u20091111–1111"))); f.Flaws["number"] != "" {
		t.Error("spaces and dashes that are copied are refused")
	}
}

func TestASavedCardIsChosen(t *testing.T) {
	t.Parallel()
	token := id.NewToken()
	f, err := wire.ReadForm([]byte("saved=" + token.String() + "&number=&expiry=&cvv=1234&name=&action="))
	if err != nil || len(f.Flaws) != 0 || f.Saved != token || string(f.Card.CVV.Bytes()) != "1234" || f.Card.Number.Len() != 0 {
		t.Errorf("%+v, %v", f, err)
	}
	// What stands in the other fields does not count then.
	f, err = wire.ReadForm([]byte(filled("saved", token.String(), "cvv", "")))
	if err != nil || len(f.Flaws) != 0 || f.Card.Number.Len() != 0 || f.Card.Name != "" || len(f.Card.CVV.Bytes()) != 0 {
		t.Errorf("%+v, %v", f, err)
	}
	f, err = wire.ReadForm([]byte("city=100%&state=%zz&&action=forget%3A" + token.String()))
	if f.Billing.City != "100%" || f.Billing.State != "%zz" {
		t.Errorf("what is no escape stands for itself: %+v", f.Billing)
	}
	if err != nil || f.Forget != token {
		t.Errorf("%+v, %v", f, err)
	}
}

// Everything that is wrong is said at once, and a number never comes back.
func TestFlaws(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		changes string
		flaws   map[string]wire.Flaw
	}{
		"nothing typed":   {"number=&expiry=&cvv=&name=", map[string]wire.Flaw{"number": wire.Missing, "expiry": wire.Missing, "cvv": wire.Missing, "name": wire.Missing}},
		"a short number":  {"number=4111+1111+1111+11", map[string]wire.Flaw{"number": wire.Short}},
		"one digit":       {"number=4", map[string]wire.Flaw{"number": wire.Short}},
		"mistyped":        {"number=4111111111111112", map[string]wire.Flaw{"number": wire.Wrong}},
		"letters":         {"number=4111x", map[string]wire.Flaw{"number": wire.Wrong}},
		"too long":        {"number=41111111111111111111", map[string]wire.Flaw{"number": wire.Wrong}},
		"amex's length":   {"number=378282246310005", map[string]wire.Flaw{"cvv": wire.Wrong}},
		"cvv":             {"cvv=12", map[string]wire.Flaw{"cvv": wire.Wrong}},
		"expiry":          {"expiry=13/30", map[string]wire.Flaw{"expiry": wire.Wrong}},
		"misplaced":       {"expiry=4111111111111111&name=4111111111111111&email=4111111111111111@example.com", map[string]wire.Flaw{"expiry": wire.Wrong, "name": wire.Wrong, "email": wire.Wrong}},
		"misplaced again": {"phone=4111111111111111&line1=4111+1111+1111+1111&city=4111111111111111&postal_code=4111111111111111", map[string]wire.Flaw{"phone": wire.Wrong, "line1": wire.Wrong, "city": wire.Wrong, "postal_code": wire.Wrong}},
		"misplaced more":  {"country=4111111111111111&state=4111111111111111&network=4111111111111111&saved=4111111111111111", map[string]wire.Flaw{"country": wire.Wrong, "state": wire.Wrong, "network": wire.Wrong, "saved": wire.Wrong}},
		"too long a text": {"line1=" + strings.Repeat("a", 201), map[string]wire.Flaw{"line1": wire.Wrong}},
		"not UTF-8":       {"city=%ff", map[string]wire.Flaw{"city": wire.Wrong}},
	} {
		var changes []string
		for pair := range strings.SplitSeq(c.changes, "&") {
			key, value, _ := strings.Cut(pair, "=")
			if plain, err := url.QueryUnescape(value); err == nil {
				value = plain
			}
			changes = append(changes, key, value)
		}
		f, err := wire.ReadForm([]byte(filled(changes...)))
		if err != nil || !maps.Equal(f.Flaws, c.flaws) {
			t.Errorf("%s: %v, %v; want %v", name, f.Flaws, err, c.flaws)
		}
		if shown := fmt.Sprint(f.Shown, f.Typed.Email, f.Phone, f.Billing, f.Network); strings.Contains(shown, "1111") {
			t.Errorf("%s: shown again: %s", name, shown)
		}
	}
}

func TestReadFormRefuses(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		"number=1&number=2", "amount=1", "4111111111111111=1", "4111111111111111", "Number=4111111111111111", "plan=x", "plan=100", "plan=-1", "save=perhaps",
		"action=refund", "action=forget:tok_1", "action=forget:4111111111111111", "number=" + strings.Repeat("4", 4097),
	} {
		f, err := wire.ReadForm([]byte(body))
		if fault.CodeOf(err) != fault.Malformed || strings.Contains(err.Error(), "1111") || f.Card.Number.Len() != 0 || f.Shown != nil {
			t.Errorf("%.40s: %+v, %v", body, f, err)
		}
	}
}

// The checkout's script reads expiry dates alike: both are held against one table.
func TestExpiryDates(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/expiry.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Read    [][3]any
		Refused []string
	}
	if err := json.Unmarshal(text, &table); err != nil || len(table.Read) < 10 || len(table.Refused) < 10 {
		t.Fatal(err)
	}
	for _, row := range table.Read {
		f, err := wire.ReadForm([]byte(filled("expiry", row[0].(string))))
		if err != nil || f.Flaws["expiry"] != "" || float64(f.Card.Expiry.Month) != row[1] || float64(f.Card.Expiry.Year) != row[2] {
			t.Errorf("%q is read as %+v, %v %v", row[0], f.Card.Expiry, f.Flaws, err)
		}
	}
	for _, text := range table.Refused {
		if f, err := wire.ReadForm([]byte(filled("expiry", text))); err != nil || f.Flaws["expiry"] == "" {
			t.Errorf("%q is read as %+v, %v", text, f.Card.Expiry, err)
		}
	}
}

func FuzzReadForm(f *testing.F) {
	f.Add([]byte(filled()))
	f.Add([]byte("number=%d9%a4&cvv=%&expiry=%3&&=&saved=tok_00000000000000000000000000"))
	f.Add([]byte("action=forget%3Atok_00000000000000000000000000&locale=%00"))
	f.Add([]byte("expiry=\xc5"))
	f.Fuzz(func(t *testing.T, body []byte) {
		before := string(body)
		form, err := wire.ReadForm(body)
		if string(body) != before {
			t.Error("the body was changed: what the connection holds would not be found by it")
		}
		if err != nil {
			if fault.CodeOf(err) != fault.Malformed {
				t.Errorf("%q: %v", body, err)
			}
			return
		}
		if len(form.Flaws) == 0 && form.Saved.IsZero() && (form.Card.Number.Len() < 12 || !form.Card.Expiry.Valid() || len(form.Card.CVV.Bytes()) < 3 || form.Card.Name == "") {
			t.Errorf("%q was read as %+v", body, form.Card)
		}
		for field, shown := range form.Shown {
			if field == "number" || field == "cvv" || !utf8.ValidString(shown) {
				t.Errorf("%q: %s is shown again: %q", body, field, shown)
			}
		}
	})
}
