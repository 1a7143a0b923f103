// Command declined gives a running demo an order that waits for its shopper's word, as a
// merchant's declined sale in its sandbox would, and prints where it is answered. It is for
// the browser tests of that page, whatever way declined sales come in.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/event"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/money"
	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/server/app"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "declined:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	data := flag.String("data", "", "the demo's data directory")
	server := flag.String("server", "", "its base URL")
	merchant := flag.String("merchant", "", "its merchant")
	site := flag.String("site", "", "and site")
	kept := flag.String("token", "", "of the card")
	last4 := flag.String("last4", "", "of the card")
	life := flag.Duration("life", rescue.ChallengeLife, "for how long it can be answered")
	flag.Parse()
	token, err := id.ParseToken(*kept)
	if err != nil {
		return err
	}
	db, err := app.OpenStore(ctx, *data, "")
	if err != nil {
		return err
	}
	defer db.Close()
	now := time.Now().UTC().Truncate(time.Millisecond)
	ends := now.Add(*life)
	key := id.Random() + id.Random()
	o := rescue.Order{
		ID: id.NewToken().UUID(), Merchant: *merchant, Site: *site, State: rescue.Challenged, Kind: rescue.CIT, Source: rescue.Website, Reference: id.Random(),
		Amount: money.Amount{Minor: 4900, Currency: "USD"}, Key: key, NextAt: ends, CreatedAt: now, UpdatedAt: now,
		Rest: rescue.Rest{
			Test: true, Sale: id.Random(), Capture: true, Token: token, Card: card.Summary{Brand: card.Visa, Last4: *last4, ExpMonth: 12, ExpYear: 2030},
			Facts: rescue.Facts{Class: rescue.Soft, Kind: rescue.CIT, Source: rescue.Website, Test: true, CVV: true, Phone: true},
			Told:  rescue.StatusChallenge, Challenge: *server + "/confirm/" + key, ExpiresAt: ends,
		},
	}
	presented := event.New(event.ChallengePresented, o.Merchant, o.ID, o.Sequence, now, rescue.View{Order: o}.Payload())
	decided := rescue.Decision{Merchant: o.Merchant, ID: id.Random(), Site: o.Site, Order: o.ID, Amount: o.Amount, Facts: o.Facts, Action: rescue.Confirm, At: now}
	if _, _, err := db.OpenOrder(ctx, o, decided, nil, []event.Event{presented}, "test", func(rescue.Order) bool { return false }); err != nil {
		return err
	}
	fmt.Println(o.Challenge)
	return nil
}
