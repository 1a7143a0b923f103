package app

import (
	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/rescue"
)

// Routes gives the test of the OpenAPI file what is really served.
func (a *App) Routes() []fiber.Route { return a.front.GetRoutes(true) }

// Rescues gives tests what no call of an API shows.
func (a *App) Rescues() *rescue.Service { return a.rescues }
