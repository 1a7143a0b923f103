package card

import "strconv"

// Brand is a card scheme, in the spelling of every answer and event.
type Brand string

// The schemes we know.
const (
	Visa       Brand = "visa"
	Mastercard Brand = "mastercard"
	Amex       Brand = "amex"
	Discover   Brand = "discover"
	Diners     Brand = "diners"
	JCB        Brand = "jcb"
	UnionPay   Brand = "unionpay"
	Maestro    Brand = "maestro"
	Elo        Brand = "elo"
	Mir        Brand = "mir"
	RuPay      Brand = "rupay"
	Verve      Brand = "verve"
	Troy       Brand = "troy"
	Unknown    Brand = "unknown"
)

// The domestic schemes whose cards bear an international one beside, which is what their
// first digits tell. The shopper has the choice between the two (Regulation (EU) 2015/751,
// article 8(6)).
const (
	CartesBancaires Brand = "cartes_bancaires"
	Dankort         Brand = "dankort"
	Bancontact      Brand = "bancontact"
	EftposAU        Brand = "eftpos_au"
)

// names are the schemes as they write themselves.
var names = map[Brand]string{
	Visa: "Visa", Mastercard: "Mastercard", Amex: "American Express", Discover: "Discover", Diners: "Diners Club", JCB: "JCB",
	UnionPay: "UnionPay", Maestro: "Maestro", Elo: "Elo", Mir: "Mir", RuPay: "RuPay", Verve: "Verve", Troy: "Troy",
	CartesBancaires: "Cartes Bancaires", Dankort: "Dankort", Bancontact: "Bancontact", EftposAU: "eftpos",
}

// Name is the scheme as it writes itself, for people; "Card" when it is not known.
func (b Brand) Name() string {
	if name, ok := names[b]; ok {
		return name
	}
	return "Card"
}

// span is a run of six-digit prefixes that belong to one scheme.
type span struct {
	low, high int
	brand     Brand
}

// spans are the schemes' published prefix ranges (ISO/IEC 7812 issuer
// identification numbers). Where one range lies inside another, the narrower
// one stands first and wins: Elo and Verve inside Visa's and Mastercard's,
// RuPay inside Discover's and Maestro's.
var spans = []span{
	{401178, 401179, Elo}, {431274, 431274, Elo}, {438935, 438935, Elo}, {451416, 451416, Elo},
	{457393, 457393, Elo}, {457631, 457632, Elo}, {504175, 504175, Elo}, {506699, 506778, Elo},
	{509000, 509999, Elo}, {627780, 627780, Elo}, {636297, 636297, Elo}, {636368, 636368, Elo},
	{650031, 650033, Elo}, {650035, 650051, Elo}, {650405, 650439, Elo}, {650485, 650538, Elo},
	{650541, 650598, Elo}, {650700, 650718, Elo}, {650720, 650727, Elo}, {650901, 650978, Elo},
	{651652, 651679, Elo}, {655000, 655019, Elo}, {655021, 655058, Elo},
	{506099, 506198, Verve}, {507865, 507964, Verve}, {650002, 650027, Verve},
	{508500, 508999, RuPay}, {606985, 607984, RuPay}, {608001, 608500, RuPay}, {652150, 653149, RuPay},
	{817200, 820199, RuPay},
	{979200, 979289, Troy},
	{220000, 220499, Mir},
	{222100, 272099, Mastercard}, {510000, 559999, Mastercard},
	{340000, 349999, Amex}, {370000, 379999, Amex},
	{300000, 305999, Diners}, {309500, 309599, Diners}, {360000, 369999, Diners}, {380000, 399999, Diners},
	{352800, 358999, JCB},
	{601100, 601199, Discover}, {644000, 659999, Discover},
	{620000, 629999, UnionPay}, {810000, 817199, UnionPay},
	{400000, 499999, Visa},
	{500000, 509999, Maestro}, {560000, 589999, Maestro}, {600000, 699999, Maestro},
}

// BrandOf tells the scheme from the first six digits of a card number, given
// as a number: 411111 for 4111 11….
func BrandOf(prefix int) Brand {
	for _, s := range spans {
		if prefix >= s.low && prefix <= s.high {
			return s.brand
		}
	}
	return Unknown
}

// BrandOfBIN tells the scheme from the first digits as text; Unknown when there are
// fewer than six or something else among them.
func BrandOfBIN(bin string) Brand {
	if len(bin) < 6 {
		return Unknown
	}
	prefix, err := strconv.ParseUint(bin[:6], 10, 32)
	if err != nil {
		return Unknown
	}
	return BrandOf(int(prefix))
}

// rule is what a scheme's cards look like.
type rule struct {
	lengths []int // digits of the number
	cvv     int   // digits of the CVV
}

var rules = map[Brand]rule{
	Visa:       {[]int{13, 16, 18, 19}, 3},
	Mastercard: {[]int{16}, 3},
	Amex:       {[]int{15}, 4},
	Discover:   {[]int{16, 17, 18, 19}, 3},
	Diners:     {[]int{14, 15, 16, 17, 18, 19}, 3},
	JCB:        {[]int{16, 17, 18, 19}, 3},
	UnionPay:   {[]int{14, 15, 16, 17, 18, 19}, 3},
	Maestro:    {[]int{12, 13, 14, 15, 16, 17, 18, 19}, 3},
	Elo:        {[]int{16}, 3},
	Mir:        {[]int{16, 17, 18, 19}, 3},
	RuPay:      {[]int{16}, 3},
	Verve:      {[]int{16, 18, 19}, 3},
	Troy:       {[]int{16}, 3},
	Unknown:    {[]int{12, 13, 14, 15, 16, 17, 18, 19}, 3},

	CartesBancaires: {[]int{16}, 3},
	Dankort:         {[]int{16}, 3},
	Bancontact:      {[]int{16, 17, 18, 19}, 3},
	EftposAU:        {[]int{16, 17, 18, 19}, 3},
}

// HasLength tells whether the scheme issues numbers of so many digits.
func (b Brand) HasLength(digits int) bool {
	for _, n := range rules[b].lengths {
		if n == digits {
			return true
		}
	}
	return false
}

// CVVLength is how many digits the scheme's card verification value has.
func (b Brand) CVVLength() int { return rules[b].cvv }
