package app

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/lookup"
)

// binsInterval is how often a server looks for a BIN table that was imported since.
const binsInterval = 5 * time.Second

// loadBINs puts the kept BIN table in force unless it is the version given, and gives
// the version that is.
func (a *App) loadBINs(ctx context.Context, have int64) (int64, error) {
	version, data, err := a.db.FindBINTable(ctx, have)
	if err != nil || data == nil {
		return have, err
	}
	table, err := lookup.Unpack(data)
	if err != nil {
		return have, err
	}
	a.bins.Use(table)
	a.log.Info("a BIN table is in force", "version", version, "bins", table.Len())
	return version, nil
}

// followBINs keeps the newest BIN table in force until ctx ends.
func (a *App) followBINs(ctx context.Context, have int64) {
	ticker := time.NewTicker(binsInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			version, err := a.loadBINs(ctx, have)
			if err != nil && ctx.Err() == nil {
				a.log.Error("the BIN table could not be read", "error", err)
			}
			have = version
		}
	}
}

// ImportBINs makes a list in CSV the BIN table, and gives how many BINs it has.
// skipped hears of the rows that could not be used. Servers take it up by themselves.
// Errors: those of lookup.Read.
func (o *Operator) ImportBINs(ctx context.Context, list io.Reader, skipped func(lookup.Skipped)) (int, error) {
	table, data, err := lookup.Pack(list, skipped)
	if err != nil {
		return 0, err
	}
	if err := o.db.KeepBINTable(ctx, data, table.Len(), operator); err != nil {
		return 0, fmt.Errorf("app: keep BIN table: %w", err)
	}
	return table.Len(), nil
}

// FindBIN gives what the imported table says of a BIN, and its scheme by the built-in
// ranges when it says nothing.
func (o *Operator) FindBIN(ctx context.Context, bin string) (card.Issuance, error) {
	var table *lookup.Table
	_, data, err := o.db.FindBINTable(ctx, 0)
	if err == nil && data != nil {
		table, err = lookup.Unpack(data)
	}
	if err != nil {
		return card.Issuance{}, err
	}
	found, _ := table.Find(bin)
	if found.Brand == "" || found.Brand == card.Unknown {
		found.Brand = card.BrandOfBIN(bin)
	}
	return found, nil
}
