package flutterwave

import (
	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/server/wire"
)

// Envelope is what every answer of Flutterwave's stands in.
type Envelope struct {
	Status  string `json:"status"` // success or error
	Message string `json:"message"`
	Data    any    `json:"data"` // null of an error
}

// The two statuses of an envelope.
const (
	success = "success"
	failure = "error"
)

// answer answers with what was done.
func (c call) answer(message string, data any) error {
	return wire.Answer(c.fiber, fiber.StatusOK, Envelope{success, message, data})
}
