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

// loadBINs puts the kept BIN table in force unless it already is.
func (a *App) loadBINs(ctx context.Context) error {
	version, data, err := a.db.FindBINTable(ctx, a.binTable)
	if err != nil || data == nil {
		return err
	}
	table, err := lookup.Unpack(data)
	if err != nil {
		return err
	}
	a.bins.Use(table)
	a.binTable = version
	a.log.Info("a BIN table is in force", "version", version, "bins", table.Len())
	return nil
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
