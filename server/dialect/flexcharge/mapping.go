package flexcharge

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/internal/vault"
)

// FlexCharge's telephone numbers of the sandbox, from its page of test cards: two ask for a
// challenge, one asks for none. They are no telephone numbers.
var cues = map[string]rescue.Cue{"+99.2001a": rescue.ToChallenge, "+99.2001b": rescue.ToChallenge, "998888": rescue.ToPass}

// rescued gives the sale to the domain, but for its card. Errors: problems.
func (s sale) rescued(caller call, now time.Time) (rescue.Sale, error) {
	t := s.Transaction
	out := rescue.Sale{
		Merchant: caller.Merchant(), Site: s.SiteID, Origin: s.SiteURL, Kind: rescue.CIT, Source: source(s.OrderSource),
		Reference: s.OrderID, Amount: money.Amount{Minor: *t.Amount, Currency: strings.ToUpper(t.Currency)}, Capture: !strings.EqualFold(s.TransactionType, "Authorization"),
		Declined: s.IsDeclined != nil && *s.IsDeclined, Transaction: t.ID,
		Answer: rescue.Answer{
			Code: t.ResponseCode, Source: t.ResponseCodeSource, Description: short(t.ResponseDescription), Processor: short(t.ProcessorName),
			AVS: t.AvsResultCode, CVV: t.CvvResultCode, CAVV: t.CavvResultCode, ECI: indicator(s.ThreeDSecure.EcommerceIndicator),
		},
		Descriptor: short(t.DynamicDescriptor), Billing: s.Billing.address(), Offset: offset(t.TimezoneUTCOffset), At: now,
		Card: s.PaymentMethod.facts(), CVV: s.PaymentMethod.VerificationValue.Given(),
	}
	if s.IsMIT {
		out.Kind = rescue.MIT
		// Clients send isRecurring for sales that are not, so of a shopper's it says nothing.
		out.Recurring = s.IsRecurring || cmp.Or(s.Subscription.ID, s.Subscription.SubscriptionID) != ""
	}
	if id.Valid(id.SenseKey, s.SenseKey) {
		out.SenseKey = s.SenseKey
	}
	if at, ok := readTime(cmp.Or(t.TimestampUTC, t.Timestamp)); ok {
		out.At = at
	}
	if s.ExpiryDateUTC != "" {
		until, ok := readTime(s.ExpiryDateUTC)
		if !ok || !until.After(now) {
			return out, problems{{"ExpiryDateUtc", "The field ExpiryDateUtc is invalid."}}
		}
		out.Until = until
	}
	s.shopper(&out, caller.test())
	return out, nil
}

// shopper adds who pays: what is no telephone number is not known.
func (s sale) shopper(out *rescue.Sale, test bool) {
	name := strings.TrimSpace(known(s.Billing.FirstName) + " " + known(s.Billing.LastName))
	out.Customer = vault.Customer{Name: cmp.Or(name, known(s.PaymentMethod.HolderName)), Email: known(s.Payer.Email)}
	if cue, ok := cues[strings.ToLower(s.Payer.Phone)]; ok && test {
		out.Cue, out.Phone = cue, true
		return
	}
	for _, phone := range []string{s.Payer.Phone, s.Billing.Phone} {
		if phone != "" && (vault.Customer{Phone: phone}).Check() == nil {
			out.Customer.Phone, out.Phone = phone, true
			return
		}
	}
}

// source tells the two sources apart that are switched separately; whatever is no call
// center is a website, which is what FlexCharge takes what is left out for.
func source(text string) rescue.Source {
	letters := strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
	switch letters {
	case "callcenter", "callcentre", "moto", "phone", "telephone", "mailorder":
		return rescue.CallCenter
	}
	return rescue.Website
}

// indicator writes the schemes' indicator of electronic commerce in two digits.
func indicator(text string) string {
	if len(text) == 1 {
		text = "0" + text
	}
	if len(text) != 2 || text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9' {
		return ""
	}
	return text
}

// The clocks that there are, in minutes from UTC.
const (
	westernmost = -12 * 60
	easternmost = 14 * 60
	mostHours   = 14
)

// offset reads how far a shopper's clock is from UTC. FlexCharge's documentation calls it an
// integer and names no unit: as there is no clock that is only some minutes off, what can be
// hours is hours, and what is more is minutes. What can be neither is not known.
func offset(text string) *int {
	minutes := 0
	if hours, rest, ok := strings.Cut(text, ":"); ok {
		h, err := strconv.Atoi(hours)
		m, bad := strconv.Atoi(rest)
		if err != nil || bad != nil || m < 0 || m > 59 || h < -mostHours || h > mostHours {
			return nil
		}
		if strings.HasPrefix(hours, "-") {
			m = -m
		}
		minutes = h*60 + m
	} else {
		n, err := strconv.ParseFloat(text, 32)
		if err != nil || n != n || n < -1000 || n > 1000 {
			return nil
		}
		if n >= -mostHours && n <= mostHours {
			n *= 60
		}
		minutes = int(n)
	}
	if minutes < westernmost || minutes > easternmost {
		return nil
	}
	return &minutes
}

// timeForms are the ways in which clients write times; without a zone it is UTC.
var timeForms = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", time.DateOnly}

func readTime(text string) (time.Time, bool) {
	for _, form := range timeForms {
		if at, err := time.Parse(form, text); err == nil {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}

// countryForm is what a country's code looks like (ISO 3166-1 alpha-2).
var countryForm = regexp.MustCompile(`^[A-Za-z]{2}$`)

// country is the first that is a country's code; clients write names too.
func country(texts ...string) string {
	for _, text := range texts {
		if countryForm.MatchString(text) {
			return strings.ToUpper(text)
		}
	}
	return ""
}

func (a address) address() processor.Address {
	return processor.Address{
		Line1: known(a.AddressLine1), City: known(a.City), State: known(a.State), PostalCode: known(a.Zipcode), Country: country(a.CountryCode, a.Country),
	}
}

// The forms of what a merchant says of a card: its first digits, and the last four.
var (
	binForm   = regexp.MustCompile(`^[0-9]{6,8}$`)
	last4Form = regexp.MustCompile(`^[0-9]{4}$`)
)

// facts are what is told of the card, as far as it can be so.
func (m paymentMethod) facts() rescue.CardFacts {
	f := rescue.CardFacts{Type: strings.ToLower(short(m.CardType)), Country: country(m.CardCountry)}
	if binForm.MatchString(m.CardBinNumber) {
		f.BIN = m.CardBinNumber[:6]
	}
	if last4Form.MatchString(m.CardLast4Digits) {
		f.Last4 = m.CardLast4Digits
	}
	if e, err := readExpiry(m.ExpirationMonth, m.ExpirationYear); err == nil {
		f.ExpMonth, f.ExpYear = e.Month, e.Year
	}
	return f
}

// plain tells whether a text has no control characters.
func plain(text string) bool { return strings.IndexFunc(text, unicode.IsControl) < 0 }

// short cuts a text that is only for people to a length that is worth keeping.
func short(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
	if len(text) > longestText {
		text = strings.ToValidUTF8(text[:longestText], "")
	}
	return text
}
