package app

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/paywicket/paywicket/internal/egress"
	"github.com/paywicket/paywicket/internal/integrity"
	"github.com/paywicket/paywicket/internal/store"
	"github.com/paywicket/paywicket/server/page"
)

const (
	pageLook    = time.Minute      // how often it is looked whether it is time to look at the page
	pageSettle  = time.Minute      // after the start, before what is in front sends anybody here
	pageTimeout = 20 * time.Second // for one answer of our own server
	buildTell   = 10 * time.Minute // how often a server says what it serves
	// buildKeep is how long it is known what a build served that is served no more.
	buildKeep = 30 * 24 * time.Hour
)

// watchPage makes the monitor of the payment page.
func (a *App) watchPage() error {
	client, err := egress.Own(a.config.BaseURL, pageTimeout)
	if err != nil {
		return err
	}
	a.page = &integrity.Monitor{
		Store: a.db, Origin: a.config.BaseURL, Fetch: integrity.Browser(client, a.config.BaseURL), Every: a.config.PageInterval, Now: clock, Log: a.log,
	}
	return nil
}

// comparePage looks at the payment page when it is time to.
func (a *App) comparePage(ctx context.Context) error {
	if clock().Sub(a.opened) < pageSettle {
		return nil
	}
	if err := a.tellBuild(ctx); err != nil { // what this server serves has to be known before it judges
		return err
	}
	return a.page.Run(ctx)
}

// tellBuild says to all servers what this one serves.
func (a *App) tellBuild(ctx context.Context) error {
	build, err := a.build(ctx)
	if err != nil {
		return err
	}
	return a.db.KeepBuild(ctx, build, clock(), clock().Add(-buildKeep))
}

// inventory gives the scripts that this server serves.
func (a *App) inventory(ctx context.Context) (integrity.Inventory, error) {
	build, err := a.build(ctx)
	return build.Inventory, err
}

// build reads, once, what this server serves: within the process, where nobody is in between.
func (a *App) build(ctx context.Context) (integrity.Build, error) {
	a.building.Lock()
	defer a.building.Unlock()
	if a.built != nil {
		return *a.built, nil
	}
	served, err := integrity.Look(ctx, a.within, a.config.BaseURL, page.SpecimenPath, page.ScriptPaths())
	if err != nil {
		return integrity.Build{}, err
	}
	b := integrity.Build{Page: served, Inventory: page.NewInventory(a.config.BaseURL, served)}
	if served.Status != http.StatusOK || !served.Fresh {
		return b, fmt.Errorf("app: the specimen of the payment page is answered with %d, its nonce is fresh: %v", served.Status, served.Fresh)
	}
	a.built = &b
	return b, nil
}

// within has the front answer a request that leaves no process.
func (a *App) within(ctx context.Context, path string) (integrity.Answer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.config.BaseURL+path, nil)
	if err != nil {
		return integrity.Answer{}, err
	}
	for name, value := range integrity.BrowserHeaders(path) {
		request.Header.Set(name, value)
	}
	response, err := a.front.Test(request, int(pageTimeout.Milliseconds()))
	if err != nil {
		return integrity.Answer{}, err
	}
	return integrity.Read(response)
}

// VerifyPage gets the payment page of the servers on a database now, and tells how it differs from
// what they serve. session is one whose page is got in place of the specimen, empty for none.
// Nobody else is told of it, and the monitor's own look is not moved.
// Errors: fault.Unavailable when the page could not be received, or no server runs.
func VerifyPage(ctx context.Context, db *store.DB, session string) (integrity.Verdict, error) {
	known, err := db.PageState(ctx)
	if err != nil {
		return integrity.Verdict{}, err
	}
	in, err := integrity.Newest(ctx, db, clock())
	if err != nil {
		return integrity.Verdict{}, err
	}
	client, err := egress.Own(in.Origin, pageTimeout)
	if err != nil {
		return integrity.Verdict{}, err
	}
	at := integrity.Target{Origin: in.Origin, Transport: known.Transport}
	if session != "" {
		at.Path = "/checkout/" + url.PathEscape(session)
	}
	return integrity.Verify(ctx, db, integrity.Browser(client, in.Origin), at, clock())
}

// PageInventory gives the scripts that the newest server on a database serves.
// Errors: fault.Unavailable when none runs.
func PageInventory(ctx context.Context, db *store.DB) (integrity.Inventory, error) {
	return integrity.Newest(ctx, db, clock())
}
