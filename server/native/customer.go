package native

import (
	"context"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/server/wire"
)

// Customers finds what is a customer's; store.DB does.
type Customers interface {
	// FindCustomer gives the tokens of cards that a merchant says belong to a customer, by
	// its own name for it or else by an address, and the devices that paid with them.
	FindCustomer(ctx context.Context, merchant, customer, email string) (tokens []id.Token, devices []string, err error)
}

// customerErasure names a customer, in one of two ways.
type customerErasure struct {
	ID    string `json:"id"` // the merchant's own name for it
	Email string `json:"email"`
}

// Erased is how much was a customer's.
type Erased struct {
	Tokens  int `json:"tokens"`
	Devices int `json:"devices"`
}

// eraseCustomer takes everything of a customer away that can go: cards with who they
// belong to, and devices with what their pages sent. Payments stay: they are the
// merchant's books. It can be asked for again, and then goes on.
func (a *API) eraseCustomer(call wire.Call, in customerErasure) (Erased, error) {
	var done Erased
	if (in.ID == "") == (in.Email == "") {
		return done, fault.Field("email", "Name the customer by its email address or by your own id of it, and not by both.")
	}
	tokens, devices, err := a.Customers.FindCustomer(call, call.Merchant(), in.ID, in.Email)
	if err != nil {
		return done, err
	}
	// Devices first: they are found by the cards.
	for _, device := range devices {
		if err := a.Sense.Erase(call, call.Merchant(), device, call.Actor()); err != nil && fault.CodeOf(err) != fault.NotFound {
			return done, err
		}
		done.Devices++
	}
	for _, token := range tokens {
		if err := a.Vault.Erase(call, call.Merchant(), token, call.Actor()); err != nil && fault.CodeOf(err) != fault.NotFound {
			return done, err
		}
		done.Tokens++
	}
	return done, nil
}
