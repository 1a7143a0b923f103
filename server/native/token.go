package native

import (
	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/vault"
	"github.com/paywicket/paywicket/server/wire"
)

// KeptToken is a token that has just been made.
type KeptToken struct {
	event.Token
	SameCardAs *string `json:"same_card_as"` // the merchant's first token of the same card, if there was one
}

// createToken keeps a card without charging it. It is for servers that hold card
// data already, such as one that moves its cards here; pages use the checkout.
// The handler owns the number from the body's bytes to the wipe.
func (a *API) createToken(c *fiber.Ctx) error {
	defer wire.WipeBody(c)
	body, err := wire.Body(c, wire.MaxBody)
	if err != nil {
		return wire.Fail(c, a.Log, err)
	}
	card, temporary, err := wire.ReadCardToKeep(body)
	if err != nil {
		return wire.Fail(c, a.Log, err)
	}
	defer card.Wipe()
	call := wire.CallOf(c)
	r, err := a.Vault.Keep(call, call.Merchant(), card, vault.Life(temporary), call.Actor())
	if err != nil {
		return wire.Fail(c, a.Log, err)
	}
	kept := KeptToken{Token: r.Payload()}
	if !r.SameCardAs.IsZero() {
		first := r.SameCardAs.String()
		kept.SameCardAs = &first
	}
	return wire.Answer(c, fiber.StatusCreated, kept)
}

// tokenOf reads the token of the path.
func tokenOf(call wire.Call) (id.Token, error) {
	token, err := id.ParseToken(call.Param("id"))
	if err != nil {
		return token, fault.New(fault.NotFound, "There is nothing of that id here.")
	}
	return token, nil
}

func (a *API) findToken(call wire.Call, _ wire.Empty) (event.Token, error) {
	token, err := tokenOf(call)
	if err != nil {
		return event.Token{}, err
	}
	r, err := a.Vault.Find(call, call.Merchant(), token)
	return r.Payload(), err
}

// tokenChange says whose card it is: a field that is left out stays, an empty text
// takes it away.
type tokenChange struct {
	Customer struct {
		ID    *string `json:"id"`
		Name  *string `json:"name"`
		Email *string `json:"email"`
		Phone *string `json:"phone"`
	} `json:"customer"`
}

func (a *API) updateToken(call wire.Call, in tokenChange) (event.Token, error) {
	token, err := tokenOf(call)
	if err != nil {
		return event.Token{}, err
	}
	r, err := a.Vault.UpdateCustomer(call, call.Merchant(), token, vault.CustomerChange(in.Customer), call.Actor())
	return r.Payload(), err
}

func (a *API) revokeToken(call wire.Call, _ wire.Empty) (event.Token, error) {
	token, err := tokenOf(call)
	if err != nil {
		return event.Token{}, err
	}
	r, err := a.Vault.Revoke(call, call.Merchant(), token, call.Actor())
	return r.Payload(), err
}

func (a *API) eraseToken(call wire.Call, _ wire.Empty) (wire.Empty, error) {
	token, err := tokenOf(call)
	if err != nil {
		return wire.Empty{}, err
	}
	return wire.Empty{}, a.Vault.Erase(call, call.Merchant(), token, call.Actor())
}
