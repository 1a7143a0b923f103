package event

import "time"

// Page tells that the payment page, as browsers get it, is not what the server serves, or is
// again.
type Page struct {
	URL         string           `json:"url"`
	Differences []PageDifference `json:"differences"` // at most MostDifferences; none when it is restored
	More        int              `json:"more"`        // how many there are beside those
	Since       time.Time        `json:"since"`       // when it was first seen as it is now
}

// MostDifferences is how many differences an event lists: what it is sent in stays short.
const MostDifferences = 20

// PageDifference is one difference between the payment page that is served and the one that
// was received.
type PageDifference struct {
	Subject  string `json:"subject"`  // a script's path, "inline script", a header, …
	Change   string `json:"change"`   // unknown | missing | changed
	Expected string `json:"expected"` // empty for what is unknown
	Found    string `json:"found"`    // empty for what is missing
}
