package flutterwave

import (
	"strings"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/vault"
)

// parseToken reads the token of a path in Flutterwave's spelling, or in one that the same
// token has elsewhere here.
func parseToken(text string) (id.Token, error) {
	switch {
	case strings.HasPrefix(text, "flw-"):
		return id.ParseFlutterwave(text)
	case strings.HasPrefix(text, "tok_"):
		return id.ParseToken(text)
	}
	return id.ParseUUID(strings.ToLower(text))
}

// reasonToken is the text by which clients know that there is no such token.
const reasonToken = "Token not found"

// tokenUpdate is the body of an update of a token: what is left out stays as it is.
type tokenUpdate struct {
	Email *string `json:"email"`
	Name  *string `json:"full_name"`
	Phone *string `json:"phone_number" card:"phone"`
}

// updatedToken is whom a token belongs to.
type updatedToken struct {
	Email     string  `json:"customer_email"`
	Name      string  `json:"customer_full_name"`
	Phone     *string `json:"customer_phone_number"`
	CreatedAt string  `json:"created_at"`
}

// updateToken changes whom a token belongs to.
func (a *API) updateToken(call call) error {
	var in tokenUpdate
	if _, err := call.read(&in); err != nil {
		return err
	}
	if in.Email != nil && *in.Email == "" {
		return fault.Field("email", "An email address is what a token is tied to. Give one, or leave the field out.")
	}
	unknown := fault.New(fault.NotFound, reasonToken)
	token, err := parseToken(call.Param("token"))
	if err != nil {
		return unknown
	}
	r, err := a.Vault.UpdateCustomer(call, call.Merchant(), token, vault.CustomerChange{Email: in.Email, Name: in.Name, Phone: in.Phone}, call.Actor())
	if err != nil && fault.CodeOf(err) == fault.NotFound {
		return unknown
	}
	if err != nil {
		return err
	}
	out := updatedToken{Email: r.Customer.Email, Name: r.Customer.Name, CreatedAt: moment(r.CreatedAt)}
	if r.Customer.Phone != "" {
		out.Phone = &r.Customer.Phone
	}
	return call.answer("Token details updated", out)
}
