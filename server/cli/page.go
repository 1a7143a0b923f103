package cli

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/server/app"
)

// pageCommand groups what concerns the payment page as browsers get it.
type pageCommand struct {
	Verify    pageVerifyCommand    `cmd:"" help:"Get the payment page of a running server as a browser does, and hold it to what the server serves. Fails when it differs. Nobody else is told."`
	Inventory pageInventoryCommand `cmd:"" help:"List every script of the payment page and of a shop's page around it: its hash, why it is there, and what authorizes it."`
}

// pageVerifyCommand verifies.
type pageVerifyCommand struct {
	atMerchants
	Session string `help:"Get the page of this checkout session, cs_…, in place of the specimen."`
	JSON    bool   `name:"json" help:"Write the result as JSON."`
}

// errChanged makes the command fail when the page is another.
var errChanged = errors.New("the payment page is not what is served")

// Run verifies.
func (p pageVerifyCommand) Run(c console) error {
	if p.Session != "" && !id.Valid(id.Session, p.Session) {
		return fmt.Errorf("--session %q: give a session's id, cs_…, or leave it out for the specimen", p.Session)
	}
	db, err := app.OpenStore(c, p.Data, p.DatabaseURL)
	if err != nil {
		return err
	}
	verdict, err := app.VerifyPage(c, db, p.Session)
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	if p.JSON {
		if err := c.json(verdict); err != nil {
			return err
		}
	} else if len(verdict.Differences) == 0 {
		c.printf("%s is what is served.", verdict.URL)
	}
	for _, d := range verdict.Differences {
		if !p.JSON {
			c.printf("%s is %s\n    expected  %s\n    found     %s", d.Subject, d.Change, orNothing(d.Expected), orNothing(d.Found))
		}
	}
	if len(verdict.Differences) > 0 {
		return errChanged
	}
	return nil
}

// orNothing says that there is none.
func orNothing(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}

// pageInventoryCommand lists.
type pageInventoryCommand struct {
	atMerchants
	JSON bool `name:"json" help:"Write it as JSON, as the server does at /.well-known/paywicket-scripts.json."`
}

// Run lists.
func (p pageInventoryCommand) Run(c console) error {
	db, err := app.OpenStore(c, p.Data, p.DatabaseURL)
	if err != nil {
		return err
	}
	in, err := app.PageInventory(c, db)
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	if p.JSON {
		return c.json(in)
	}
	for _, s := range in.Scripts {
		c.printf("%s  on the %s page, %s\n    %s\n    %s\n    Authorized by %s.", s.Name, s.On, s.Path, s.Integrity, s.Purpose, s.Authorized)
	}
	return nil
}

// json writes a value for programs.
func (c console) json(value any) error {
	encoder := json.NewEncoder(c.out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
