package app

import "github.com/gofiber/fiber/v2"

// Routes gives the test of the OpenAPI file what is really served.
func (a *App) Routes() []fiber.Route { return a.front.GetRoutes(true) }
