package app

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/integrity"
	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/server/page"
)

// Routes gives the test of the OpenAPI file what is really served.
func (a *App) Routes() []fiber.Route { return a.front.GetRoutes(true) }

// Rescues gives tests what no call of an API shows.
func (a *App) Rescues() *rescue.Service { return a.rescues }

// LookAtPage has the monitor look now, where it would look within the hour.
func (a *App) LookAtPage(ctx context.Context) error { return a.page.Look(ctx) }

// LookAtPageWhenDue has it look if it is time to.
func (a *App) LookAtPageWhenDue(ctx context.Context) error { return a.page.Run(ctx) }

// UnlistedScripts gives what runs on the payment page and no inventory lists.
func (a *App) UnlistedScripts(ctx context.Context) []integrity.Part {
	build, err := a.build(ctx)
	if err != nil {
		return []integrity.Part{{Source: err.Error()}}
	}
	return page.Unlisted(build.Inventory, build.Page)
}
