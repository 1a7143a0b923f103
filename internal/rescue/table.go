package rescue

// is and its like write conditions.
func is(fact string, values ...string) Condition { return Condition{Fact: fact, Is: values} }

func atLeast(fact string, n int64) Condition { return Condition{Fact: fact, AtLeast: &n} }

func atMost(fact string, n int64) Condition { return Condition{Fact: fact, AtMost: &n} }

// The scores of a visit from which it is too risky to try again, and from which the
// shopper is asked first: a little below those of package risk, for somebody has said no
// already.
const (
	tooRisky = 80
	doubtful = 40
)

// mostTries is how often one sale is sent to a processor while its shopper waits.
const mostTries = 3

// DefaultTable is the decision table of merchants who have none of their own.
var DefaultTable = Table{
	{
		Name: "hard-decline", Then: Decline,
		Why:  "The schemes forbid trying again what the issuer will never approve.",
		When: []Condition{is("class", "hard")},
	}, {
		Name: "card-was-refused-for-good", Then: Decline,
		Why:  "The card has had a hard decline here before; nothing has changed since.",
		When: []Condition{atLeast("card_hard", 1)},
	}, {
		Name: "sandbox-challenge", Then: Confirm,
		Why:  "In the sandbox, the payer's telephone number asks for a challenge.",
		When: []Condition{is("test", "true"), is("cue", "challenge"), is("confirmed", "false")},
	}, {
		Name: "nothing-to-know-the-shopper-by", Then: Decline,
		Why:  "A shopper of whom neither a CVV nor a telephone number is known cannot be told from a thief.",
		When: []Condition{is("kind", "cit"), is("present", "false"), is("confirmed", "false"), is("cvv", "false"), is("phone", "false")},
	}, {
		Name: "too-risky", Then: Decline,
		Why:  "The visit looks like fraud, and another try would only cost a chargeback.",
		When: []Condition{is("kind", "cit"), atLeast("score", tooRisky)},
	}, {
		Name: "tried-enough", Then: Decline,
		Why:  "More tries in a row look like card testing to issuers.",
		When: []Condition{is("kind", "cit"), atLeast("tries", mostTries)},
	}, {
		Name: "card-testing", Then: Decline,
		Why:  "The card was declined here many times and never approved.",
		When: []Condition{atLeast("card_declines", 10), atMost("card_approvals", 0)},
	}, {
		Name: "shopper-agreed", Then: Authenticate,
		Why:  "The shopper has said that it is them, and their issuer can see it for itself.",
		When: []Condition{is("confirmed", "true"), is("authenticated", "false")},
	}, {
		Name: "shopper-agreed-without-3ds", Then: Reroute,
		Why:  "The shopper has said that it is them.",
		When: []Condition{is("confirmed", "true"), atMost("tries", 1)},
	}, {
		Name: "issuer-wants-to-see-the-shopper", Then: Authenticate,
		Why:  "The issuer asked for authentication, so 3-D Secure is what it waits for.",
		When: []Condition{is("class", "authentication"), is("kind", "cit"), is("authenticated", "false")},
	}, {
		Name: "shopper-can-be-asked-to-authenticate", Then: Confirm,
		Why:  "The issuer asked for authentication, and the shopper is asked to come back for it.",
		When: []Condition{is("class", "authentication"), is("kind", "cit"), is("confirmed", "false"), is("authenticated", "false")},
	}, {
		Name: "suspected-fraud-proved-wrong", Then: Authenticate,
		Why:  "An issuer that suspects fraud is often satisfied when it has seen its cardholder; one that knows the card here is.",
		When: []Condition{is("class", "fraud"), is("kind", "cit"), is("authenticated", "false"), atMost("score", doubtful)},
	}, {
		Name: "suspected-fraud-asked-about", Then: Confirm,
		Why:  "The shopper is asked whether it was them before their issuer is asked again.",
		When: []Condition{is("class", "fraud"), is("kind", "cit"), is("confirmed", "false"), atMost("score", doubtful)},
	}, {
		Name: "address-was-missing", Then: Correct,
		Why:  "Issuers decline what comes without a billing address more often; it is known, and was not sent.",
		When: []Condition{is("class", "soft", "data"), is("reason", "do_not_honor", "generic_decline", "incorrect_address", "processing_error"), is("address", "true"), is("sent", "false")},
	}, {
		Name: "another-way-to-the-issuer", Then: Reroute,
		Why:  "Another processor may well get another answer: its acquirer, descriptor and route are others.",
		When: []Condition{is("class", "soft"), is("reason", "do_not_honor", "generic_decline", "issuer_unavailable", "processing_error", "restricted_card"), atLeast("others", 1)},
	}, {
		Name: "way-to-the-issuer-failed", Then: Again,
		Why:  "The issuer was never asked, so it is asked once more.",
		When: []Condition{is("reason", "issuer_unavailable", "processing_error"), is("kind", "cit"), atMost("repeats", 0)},
	}, {
		Name: "seen-by-the-issuer", Then: Authenticate,
		Why:  "A soft decline without a reason of a card that has paid here before is doubt about the shopper, which 3-D Secure takes away.",
		When: []Condition{is("class", "soft"), is("reason", "do_not_honor", "generic_decline"), is("kind", "cit"), is("present", "true"), is("authenticated", "false"), atMost("score", doubtful), atLeast("card_approvals", 1)},
	}, {
		Name: "first-try-here", Then: Reroute,
		Why:  "It was declined elsewhere, and nobody here has been asked yet. A card that is empty, or over its limit, is so everywhere.",
		When: []Condition{is("class", "soft"), is("kind", "cit"), is("reason", "velocity", "not_activated"), atMost("tries", 0), atLeast("others", 1)},
	}, {
		Name: "sandbox-first-try", Then: Reroute,
		Why:  "In the sandbox the card decides, whatever was said of it elsewhere.",
		When: []Condition{is("test", "true"), is("class", "soft"), is("kind", "cit"), atMost("tries", 0), atLeast("others", 1)},
	}, {
		Name: "shopper-known-here", Then: Confirm,
		Why:  "Whoever has paid here before is worth a question when everything else has failed.",
		When: []Condition{is("class", "soft"), is("kind", "cit"), is("confirmed", "false"), is("authenticated", "false"), atMost("score", doubtful), atLeast("payer_approvals", 1)},
	}, {
		Name: "later", Then: Schedule,
		Why:  "Nobody waits for it, and issuers that decline today often approve on another day.",
		When: []Condition{is("kind", "mit"), is("class", "soft", "fraud")},
	},
}
