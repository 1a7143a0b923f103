package vault

import (
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/id"
)

// What is signed of a card that is nobody's saved one is, to the byte, what was signed
// before there were any: the tags of those rows still fit.
func TestOldTagsFit(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	r := Record{
		Token: id.Token{1, 2, 3}, Merchant: "mer_1", Version: 1, Sealed: []byte("sealed"), Fingerprint: "f",
		Summary:  card.Summary{Brand: card.Visa, BIN: "411111", Last4: "1111", ExpMonth: 12, ExpYear: 2030},
		Customer: Customer{Name: "Ada", Email: "ada@shop.example", Phone: "+44 1"}, Revision: 2, CreatedAt: at, RevokedAt: at, StoredAs: map[string]string{"acme": "x"},
	}
	// Made by the last version that had no saved cards.
	const want = "77d085ec8271f7021feb16afaff0db0c7b317d19f4862fc4c320d21f48d3765b"
	if got := fmt.Sprintf("%x", sha256.Sum256(r.message())); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
