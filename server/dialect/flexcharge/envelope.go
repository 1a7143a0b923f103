package flexcharge

// Envelope is what every answer of FlexCharge's carries.
type Envelope struct {
	Success          bool              `json:"success"`
	Result           *string           `json:"result"`
	Status           *string           `json:"status"`
	StatusCode       *string           `json:"statusCode"`
	Errors           []failure         `json:"errors"`
	CustomProperties map[string]string `json:"customProperties"`
}

// failure is one reason for which something was not done: FlexCharge's tuples have no
// better names.
type failure struct {
	Item1 string `json:"item1"` // in words
	Item2 string `json:"item2"` // the code
	Item3 string `json:"item3"` // and again
	Item4 bool   `json:"item4"`
}

// succeeded is the envelope of what was done. status is null when nil.
func succeeded(status *string) Envelope {
	return Envelope{Success: true, Status: status, Errors: []failure{}, CustomProperties: map[string]string{}}
}
