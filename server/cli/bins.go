package cli

import (
	"cmp"
	"fmt"
	"io"

	"github.com/paywicket/paywicket/internal/lookup"
	"github.com/paywicket/paywicket/server/app"
)

// binsCommand groups what concerns the BIN table.
type binsCommand struct {
	Import binsImportCommand `cmd:"" help:"Make a list in CSV the BIN table: its first row names the columns, BIN and any of Brand, Type, Category, Issuer, alpha_2 and co_brand, the second scheme of a card that bears two. Running servers take it up within seconds."`
	Find   binsFindCommand   `cmd:"" help:"Show what is known of a BIN."`
}

// binsImportCommand imports.
type binsImportCommand struct {
	File string `arg:"" type:"existingfile" help:"The list."`
	stored
}

// Run imports.
func (b binsImportCommand) Run(c console) error {
	return b.open(c, func(o *app.Operator) error {
		var first lookup.Skipped
		n, skipped := 0, 0
		err := readFile(c, b.File, "reading", func(in io.Reader) (err error) {
			n, err = o.ImportBINs(c, in, func(s lookup.Skipped) {
				if skipped == 0 {
					first = s
				}
				skipped++
			})
			return err
		})
		if err != nil {
			return err
		}
		c.printf("%d BINs are in the table.", n)
		if skipped > 0 {
			c.printf("%d rows were skipped, the first on line %d: %s.", skipped, first.Line, first.Reason)
		}
		return nil
	})
}

// binsFindCommand looks a BIN up.
type binsFindCommand struct {
	BIN string `arg:"" name:"bin" help:"Four to eleven digits."`
	stored
}

// Run looks it up.
func (b binsFindCommand) Run(c console) error {
	if len(b.BIN) < 4 || len(b.BIN) > 11 {
		return fmt.Errorf("a BIN has 4 to 11 digits: give no more of a card number than its first six or eight")
	}
	return b.open(c, func(o *app.Operator) error {
		found, err := o.FindBIN(c, b.BIN)
		if err != nil {
			return err
		}
		known := func(text string) string { return cmp.Or(text, "not known") }
		c.printf("brand     %s\ntype      %s\ncategory  %s\nissuer    %s\ncountry   %s\nco-brand  %s", found.Brand, known(string(found.Type)), known(found.Category), known(found.Issuer), known(found.Country), known(string(found.CoBrand)))
		return nil
	})
}
