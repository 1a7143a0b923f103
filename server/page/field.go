package page

// input is one input of the form as the template draws it.
type input struct {
	field
	Name         string
	Key, Label   string // of the words, and the words
	Type         string
	Mode         string // of a phone's keyboard
	Autocomplete string // HTML, section 4.10.18.7
	Capitals     string
	Hint         string // shown while it is empty; a space where there is none
	Help         string // for who cannot see the picture beside it
	Dir          string // digits and addresses of the network run from left to right everywhere
	Longest      int    // characters; 0 for no limit but the server's
	Half         bool   // it stands beside another
	Required     bool
	Optional     string // the word for it
}

// inputs are all that a form may have but the country, which is a list. No input has a
// pattern: what is formatted well would be held to be wrong.
var inputs = map[string]input{
	"number":      {Type: "text", Mode: "numeric", Autocomplete: "cc-number", Dir: "ltr", Hint: "1234 1234 1234 1234", Capitals: "off"},
	"expiry":      {Type: "text", Mode: "numeric", Autocomplete: "cc-exp", Dir: "ltr", Longest: 12, Half: true, Capitals: "off"},
	"cvv":         {Type: "text", Mode: "numeric", Autocomplete: "cc-csc", Dir: "ltr", Longest: 4, Half: true, Capitals: "off"},
	"name":        {Type: "text", Mode: "text", Autocomplete: "cc-name", Dir: "auto", Longest: 100, Capitals: "words"},
	"email":       {Type: "email", Mode: "email", Autocomplete: "email", Dir: "ltr", Longest: 200, Capitals: "off"},
	"phone":       {Type: "tel", Mode: "tel", Autocomplete: "tel", Dir: "ltr", Longest: 40, Capitals: "off"},
	"line1":       {Type: "text", Mode: "text", Autocomplete: "billing address-line1", Dir: "auto", Longest: 100, Capitals: "words"},
	"city":        {Type: "text", Mode: "text", Autocomplete: "billing address-level2", Dir: "auto", Longest: 100, Half: true, Capitals: "words"},
	"state":       {Type: "text", Mode: "text", Autocomplete: "billing address-level1", Dir: "auto", Longest: 100, Half: true, Capitals: "words"},
	"postal_code": {Type: "text", Mode: "text", Autocomplete: "billing postal-code", Dir: "ltr", Longest: 20, Half: true, Capitals: "characters"},
}

// Field gives an input by its name, with what stands in it.
func (v view) Field(name string) input {
	i := inputs[name]
	i.field, i.Name, i.Key, i.Required = v.Fields[name], name, camel(name), true
	i.Label = v.Say("checkout." + i.Key)
	switch name {
	case "expiry":
		i.Hint = v.Say("checkout.expiryHint")
	case "cvv":
		i.Hint, i.Help = v.Count("checkout.cvvHint", 3), v.Say("checkout.cvvBack")
	case "email":
		i.Required = v.Email == "required"
	case "phone":
		i.Required = v.Phone == "required"
	}
	if i.Hint == "" {
		i.Hint = " " // so that the style can tell an empty field from a filled one
	}
	i.Optional = v.Say("checkout.optional")
	return i
}
