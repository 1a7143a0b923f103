package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/processor"
	"github.com/paywicket/paywicket/internal/processor/exchange"
)

// maxAnswer is how long an answer may be, in bytes.
const maxAnswer = 64 << 10

// What is wrong with an answer. The answer itself is never repeated: a broken
// processor may well send a card back.
var (
	errJSON     = errors.New("sandbox: the answer is not one JSON object")
	errTwice    = errors.New("sandbox: the answer has a field twice")
	errID       = errors.New("sandbox: the answer has no id")
	errStatus   = errors.New("sandbox: the answer has no status that is known")
	errPage     = errors.New("sandbox: the answer has no address for the challenge")
	errSums     = errors.New("sandbox: the answer has sums that cannot be")
	errAnswered = errors.New("sandbox: answered with HTTP status")
)

// authorization is the processor's answer.
type authorization struct {
	ID           string                `json:"id"`
	Reference    string                `json:"reference"`
	Status       processor.State       `json:"status"`
	Amount       int64                 `json:"amount"`
	Currency     string                `json:"currency"`
	DeclineCode  processor.DeclineCode `json:"decline_code"`
	NetworkCode  string                `json:"network_code"`
	ApprovalCode string                `json:"approval_code"`
	AVS          string                `json:"avs"`
	CVVResult    string                `json:"cvv_result"`
	ChallengeURL string                `json:"challenge_url"`

	Authentication  processor.Authentication `json:"authentication"`
	ECI             string                   `json:"eci"`
	SchemeReference string                   `json:"scheme_reference"`
	Captured        int64                    `json:"captured"`
	Refunded        int64                    `json:"refunded"`
	Voided          bool                     `json:"voided"`
}

// answered is what an answer can be about.
type answered interface {
	outcome() (processor.Outcome, error)
}

// missing reads the answer that a reference is unknown. Only the processor's own
// words count: a 404 may as well come from whatever stands between.
func missing(response *http.Response) (processor.Outcome, error) {
	text, err := exchange.Read(response, maxAnswer)
	if err != nil {
		return processor.Outcome{}, err
	}
	var said struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(text, &said) != nil || said.Error == "" {
		return processor.Outcome{}, fmt.Errorf("%w %d", errAnswered, response.StatusCode)
	}
	return processor.Outcome{State: processor.NotFound}, nil
}

// read takes in an answer about something. Whatever is not a whole and sensible one is
// an error.
func read[T answered](response *http.Response) (processor.Outcome, error) {
	text, err := exchange.Read(response, maxAnswer)
	if err != nil {
		return processor.Outcome{}, err
	}
	if response.StatusCode != http.StatusOK {
		return processor.Outcome{}, fmt.Errorf("%w %d", errAnswered, response.StatusCode)
	}
	var said T
	if err := decode(text, &said); err != nil {
		return processor.Outcome{}, err
	}
	return said.outcome()
}

// outcome copies the answer. Whether it is about what was asked is for the payment
// to say.
func (a authorization) outcome() (processor.Outcome, error) {
	if a.ID == "" {
		return processor.Outcome{}, errID
	}
	o := processor.Outcome{
		State: a.Status, ProcessorID: a.ID, Reference: a.Reference, Amount: money.Amount{Minor: a.Amount, Currency: a.Currency},
		NetworkCode: atMost(2, a.NetworkCode), AVS: atMost(1, a.AVS), CVVResult: atMost(1, a.CVVResult),
	}
	switch a.Status {
	case processor.Approved:
		if a.Captured < 0 || a.Captured > a.Amount || a.Refunded < 0 || a.Refunded > a.Captured {
			return processor.Outcome{}, errSums
		}
		o.ApprovalCode, o.SchemeReference = atMost(6, a.ApprovalCode), atMost(64, a.SchemeReference)
		o.Captured, o.Refunded, o.Voided = a.Captured, a.Refunded, a.Voided
		if a.Authentication == processor.Frictionless || a.Authentication == processor.Challenged {
			o.Authentication, o.ECI = a.Authentication, atMost(2, a.ECI)
		}
	case processor.Declined:
		o.DeclineCode = known(a.DeclineCode)
	case processor.Challenge:
		page, err := url.Parse(a.ChallengeURL)
		if err != nil || page.Host == "" || (page.Scheme != "http" && page.Scheme != "https") {
			return processor.Outcome{}, errPage
		}
		o.ChallengeURL = a.ChallengeURL
	default:
		return processor.Outcome{}, errStatus
	}
	return o, nil
}

// known gives a decline code that we know of.
func known(code processor.DeclineCode) processor.DeclineCode {
	if slices.Contains(processor.DeclineCodes, code) {
		return code
	}
	return processor.GenericDecline
}

// atMost drops a code that is longer than its scheme allows: it is something else.
func atMost(length int, code string) string {
	if len(code) > length {
		return ""
	}
	return code
}

// decode reads one JSON object strictly: a field that is there twice, be it in another
// case, so that two readers could see two different answers, is refused, and so is
// anything after the object.
func decode(text []byte, into any) error {
	err := json.Unmarshal(text, into, json.MatchCaseInsensitiveNames(true))
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		return errTwice
	case err != nil:
		return errJSON
	}
	return nil
}
