package rescue

import (
	"strings"
	"unicode"
)

// phrase is words that stand for a reason.
type phrase struct {
	words  string
	reason Reason
}

// phrases are how issuers and processors word their reasons. They begin where a word does,
// and may end within one: "enough fund" is also "enough funds". The first that a text has
// counts: what forbids comes before what it could be mistaken for.
var phrases = []phrase{
	{"stop recurring", RevokedAgreement}, {"stop all recurring", RevokedAgreement}, {"stop this recurring", RevokedAgreement},
	{"stop payment", RevokedAgreement}, {"stop order", RevokedAgreement}, {"stop all orders", RevokedAgreement}, {"stop all future", RevokedAgreement},
	{"stopped billing", RevokedAgreement}, {"stopped all billing", RevokedAgreement}, {"revocation of", RevokedAgreement},
	{"recurring payment cancel", RevokedAgreement}, {"recurring payment stopped", RevokedAgreement}, {"cancelled all recurring", RevokedAgreement},
	{"do not try again", DoNotRetry}, {"do not retry", DoNotRetry}, {"don t try again", DoNotRetry}, {"don t retry", DoNotRetry}, {"never try again", DoNotRetry}, {"never retry", DoNotRetry},
	{"do not reattempt", DoNotRetry}, {"reattempt not permitted", DoNotRetry}, {"reattempts not permitted", DoNotRetry}, {"never approve", DoNotRetry},
	{"lost card", LostCard}, {"card lost", LostCard}, {"lost stolen", LostCard}, {"lost or stolen", LostCard}, {"reported lost", LostCard}, {"reported as lost", LostCard},
	{"stolen", StolenCard},
	{"pick up", PickUpCard}, {"pickup", PickUpCard}, {"hold card", PickUpCard}, {"retain card", PickUpCard}, {"capture card", PickUpCard}, {"confiscate", PickUpCard},
	{"pin tries", PINRequired}, {"pin entry", PINRequired}, {"pin try", PINRequired}, {"incorrect pin", PINRequired}, {"invalid pin", PINRequired},
	{"wrong pin", PINRequired}, {"pin required", PINRequired}, {"pin data required", PINRequired},
	{"authentication required", AuthenticationRequired}, {"authentication is required", AuthenticationRequired}, {"customer authentication", AuthenticationRequired},
	{"3ds required", AuthenticationRequired}, {"3d secure required", AuthenticationRequired}, {"sca required", AuthenticationRequired},
	{"authentication fail", AuthenticationFailed}, {"failed authentication", AuthenticationFailed}, {"failed 3ds", AuthenticationFailed},
	{"failed 3d secure", AuthenticationFailed}, {"3d not authenticated", AuthenticationFailed}, {"3ds fail", AuthenticationFailed},
	{"new account information", AccountUpdated}, {"updated cardholder", AccountUpdated}, {"update cardholder", AccountUpdated}, {"new card issued", AccountUpdated},
	{"insufficient", InsufficientFunds}, {"not sufficient fund", InsufficientFunds}, {"not enough balance", InsufficientFunds},
	{"not enough fund", InsufficientFunds}, {"nsf", InsufficientFunds}, {"insuff fund", InsufficientFunds}, {"no sufficient fund", InsufficientFunds},
	{"expired card", ExpiredCard}, {"card expired", ExpiredCard}, {"card has expired", ExpiredCard}, {"card is expired", ExpiredCard},
	{"invalid expir", IncorrectExpiry}, {"incorrect expir", IncorrectExpiry}, {"wrong expir", IncorrectExpiry}, {"bad expir", IncorrectExpiry},
	{"expiration date is invalid", IncorrectExpiry}, {"expiry date is invalid", IncorrectExpiry}, {"expiration date invalid", IncorrectExpiry},
	{"invalid cvv", IncorrectCVV}, {"incorrect cvv", IncorrectCVV}, {"wrong cvv", IncorrectCVV}, {"bad cvv", IncorrectCVV}, {"cvv mismatch", IncorrectCVV},
	{"cvv fail", IncorrectCVV}, {"cvv invalid", IncorrectCVV}, {"cvv is invalid", IncorrectCVV}, {"cvv incorrect", IncorrectCVV}, {"cvv is incorrect", IncorrectCVV},
	{"cvv decline", IncorrectCVV}, {"declined cvv", IncorrectCVV}, {"decline for cvv", IncorrectCVV}, {"declined for cvv", IncorrectCVV},
	{"cvv not match", IncorrectCVV}, {"cvv does not match", IncorrectCVV}, {"cvv did not match", IncorrectCVV}, {"cvv no match", IncorrectCVV},
	{"avs mismatch", IncorrectAddress}, {"avs fail", IncorrectAddress}, {"avs decline", IncorrectAddress}, {"avs reject", IncorrectAddress},
	{"avs no match", IncorrectAddress}, {"address verification fail", IncorrectAddress}, {"address mismatch", IncorrectAddress},
	{"address does not match", IncorrectAddress}, {"zip mismatch", IncorrectAddress}, {"incorrect zip", IncorrectAddress}, {"postal code mismatch", IncorrectAddress},
	{"frequency limit", Velocity}, {"withdrawal frequency", Velocity}, {"withdrawal count", Velocity}, {"count limit", Velocity}, {"activity count", Velocity},
	{"velocity", Velocity}, {"too many transaction", Velocity}, {"too many attempt", Velocity}, {"attempts exceed", Velocity},
	{"limit exceeded", LimitExceeded}, {"exceeds limit", LimitExceeded}, {"exceeded limit", LimitExceeded}, {"over limit", LimitExceeded}, {"over the limit", LimitExceeded},
	{"over credit limit", LimitExceeded}, {"exceeds withdrawal", LimitExceeded}, {"exceeds amount", LimitExceeded}, {"exceeds approval amount", LimitExceeded},
	{"exceeds credit limit", LimitExceeded}, {"amount limit", LimitExceeded}, {"daily limit", LimitExceeded}, {"withdrawal limit", LimitExceeded}, {"withdrawal amount exceed", LimitExceeded},
	{"do not hono", DoNotHonor}, {"do not honour", DoNotHonor}, {"not honored", DoNotHonor},
	{"fraud", SuspectedFraud}, {"security violation", SuspectedFraud}, {"high risk", SuspectedFraud}, {"blacklist", SuspectedFraud}, {"blocklist", SuspectedFraud}, {"negative file", SuspectedFraud},
	{"not activated", NotActivated}, {"not yet activated", NotActivated}, {"inactive card", NotActivated}, {"card not active", NotActivated}, {"blocked first use", NotActivated}, {"blocked at first use", NotActivated},
	{"restricted card", RestrictedCard}, {"card restricted", RestrictedCard}, {"card is restricted", RestrictedCard}, {"blocked card", RestrictedCard}, {"card blocked", RestrictedCard},
	{"blocked by issuer", RestrictedCard}, {"blocked by cardholder", RestrictedCard}, {"violation of law", RestrictedCard},
	{"permitted to terminal", InvalidMerchant}, {"allowed at terminal", InvalidMerchant}, {"permitted to acquirer", InvalidMerchant}, {"permitted on terminal", InvalidMerchant},
	{"invalid merchant", InvalidMerchant}, {"no such merchant", InvalidMerchant}, {"invalid acceptor", InvalidMerchant},
	{"invalid card number", InvalidAccount}, {"card number is invalid", InvalidAccount}, {"invalid credit card number", InvalidAccount}, {"invalid account", InvalidAccount},
	{"no such issuer", InvalidAccount}, {"no such card", InvalidAccount}, {"no such account", InvalidAccount}, {"closed account", InvalidAccount},
	{"account closed", InvalidAccount}, {"closed card", InvalidAccount}, {"card closed", InvalidAccount}, {"no card record", InvalidAccount}, {"no card number on file", InvalidAccount},
	{"account not on file", InvalidAccount}, {"unknown card", InvalidAccount}, {"incorrect card number", InvalidAccount},
	{"not permitted", NotPermitted}, {"transaction not allowed", NotPermitted}, {"service not allowed", NotPermitted}, {"illegal transaction", NotPermitted},
	{"invalid transaction", InvalidTransaction},
	{"invalid amount", InvalidAmount}, {"amount invalid", InvalidAmount}, {"bad amount", InvalidAmount},
	{"card type", CardTypeUnsupported}, {"unsupported card", CardTypeUnsupported}, {"card not supported", CardTypeUnsupported}, {"card is not supported", CardTypeUnsupported},
	{"issuer unavailable", IssuerUnavailable}, {"issuer not available", IssuerUnavailable}, {"issuer is not available", IssuerUnavailable}, {"issuer or switch", IssuerUnavailable},
	{"inoperative", IssuerUnavailable}, {"timeout", IssuerUnavailable}, {"timed out", IssuerUnavailable}, {"time out", IssuerUnavailable}, {"no reply", IssuerUnavailable},
	{"no answer", IssuerUnavailable}, {"not reachable", IssuerUnavailable}, {"communication error", IssuerUnavailable},
	{"duplicate", Duplicate},
	{"malfunction", ProcessingError}, {"system error", ProcessingError}, {"processing error", ProcessingError}, {"internal error", ProcessingError},
	{"re enter", ProcessingError}, {"reenter", ProcessingError}, {"try again later", ProcessingError}, {"please retry", ProcessingError},
	{"format error", InvalidRequest},
	{"refer to issuer", Generic}, {"refer to card issuer", Generic}, {"call issuer", Generic}, {"contact card issuer", Generic}, {"contact issuer", Generic},
}

// securityCode are the schemes' and processors' names for the security code.
var securityCode = strings.NewReplacer(
	" cvv2 ", " cvv ", " cvc2 ", " cvv ", " cvc ", " cvv ", " cvn ", " cvv ", " csc ", " cvv ", " cid ", " cvv ",
	" security code ", " cvv ", " card code ", " cvv ", " card verification value ", " cvv ",
)

// inWords gives the reason that words speak of.
func inWords(text string) (Reason, bool) {
	text = securityCode.Replace(" " + strings.Join(strings.FieldsFunc(strings.ToLower(text), apart), " ") + " ")
	for _, p := range phrases {
		if strings.Contains(text, " "+p.words) {
			return p.reason, true
		}
	}
	return "", false
}

// apart tells whether a character only separates words.
func apart(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
