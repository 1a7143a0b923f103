// Package seal is where the operators of a server whose master key is split give it
// their shares. Until enough have, it answers 503 to everything but health and this.
//
//	GET  /unseal  whether it is sealed, and how many shares of how many it has
//	POST /unseal  one share
//
// A share is checked by itself: a wrong one is refused and spoils nothing. Whoever may
// reach the server may try; a share has 252 bits.
package seal

import (
	"context"
	"log/slog"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/server/wire"
)

// Keys is what is sealed.
type Keys interface {
	// Status tells whether it is sealed, and if so how many shares of how many it takes
	// have been given.
	Status() (sealed bool, given, threshold int)
	// Give takes a share in. Errors: fault.Invalid when it is none of the key's.
	Give(ctx context.Context, share string) error
}

// Path is where shares are given.
const Path = "/unseal"

// Seal serves the routes.
type Seal struct {
	Keys Keys
	Log  *slog.Logger
}

// Mount names the routes.
func (s *Seal) Mount(router fiber.Router) {
	router.Get(Path, wire.Handle(s.Log, fiber.StatusOK, func(wire.Call, wire.Empty) (Status, error) { return s.status(), nil }))
	router.Post(Path, s.give)
}

// Status is how far it is.
type Status struct {
	Sealed    bool `json:"sealed"`
	Given     int  `json:"given"`
	Threshold int  `json:"threshold"`
}

func (s *Seal) status() Status {
	sealed, given, threshold := s.Keys.Status()
	return Status{sealed, given, threshold}
}

// Share is one share of the master key.
type Share struct {
	Share string `json:"share"`
}

func (s *Seal) give(c *fiber.Ctx) error {
	defer wire.WipeBody(c)
	return wire.Handle(s.Log, fiber.StatusOK, func(call wire.Call, in Share) (Status, error) {
		if in.Share == "" {
			return Status{}, fault.Field("share", "Give one share of the master key.")
		}
		if err := s.Keys.Give(call, in.Share); err != nil {
			return Status{}, err
		}
		status := s.status()
		s.Log.Info("a share of the master key was given", "sealed", status.Sealed, "given", status.Given, "threshold", status.Threshold)
		return status, nil
	})(c)
}
