package integrity

// Inventory is what requirement 6.4.3 asks for: every script of the payment page and of the
// merchant's page that embeds it, why it is there, what authorizes it, and what keeps it whole.
type Inventory struct {
	Origin  string            `json:"origin"`
	Page    string            `json:"page"` // the path of a payment page that anybody may look at
	Scripts []Listed          `json:"scripts"`
	Headers map[string]string `json:"headers"` // that the payment page is served with, as they are compared
}

// Listed is one script of an inventory.
type Listed struct {
	Name       string `json:"name"`
	On         string `json:"on"`         // the page that it runs on
	Path       string `json:"path"`       // or inline
	Integrity  string `json:"integrity"`  // sha384- and base64 of what runs
	Purpose    string `json:"purpose"`    // why it is needed
	Authorized string `json:"authorized"` // by what browsers are told that it may run
}
