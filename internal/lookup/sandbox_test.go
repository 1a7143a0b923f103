package lookup_test

import (
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/lookup"
)

func TestTheSandboxsCardsOfTwoSchemes(t *testing.T) {
	t.Parallel()
	for bin, want := range map[string]card.Brand{"40000025": card.Visa, "4000002500001001": card.Visa, "55555525": card.Mastercard, "400000": "", "40000026": "", "": ""} {
		if got, ok := lookup.Sandbox(bin); got.Brand != want || ok != (want != "") || ok && got.CoBrand != card.CartesBancaires {
			t.Errorf("%q: %+v %v", bin, got, ok)
		}
	}
}

// A list may say which cards bear a second scheme. What it says of longer BINs is not
// said of all that begin alike.
func TestAListTellsOfASecondScheme(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"co_brand", "Second Brand", "second scheme"} {
		text := "BIN,Brand," + name + "\n497010,VISA,Cartes Bancaires\n457199,VISA,dankort\n41111100,VISA,CB\n512345,MASTERCARD,\n512346,MASTERCARD,NO SUCH\n"
		table, err := lookup.Read(strings.NewReader(text), func(s lookup.Skipped) { t.Errorf("skipped %+v", s) })
		if err != nil {
			t.Fatal(err)
		}
		for bin, want := range map[string]card.Brand{
			"49701099": card.CartesBancaires, "457199": card.Dankort, "41111100": card.CartesBancaires, "411111": "", "41111199": "", "512345": "", "512346": "",
		} {
			if got, _ := table.Find(bin); got.CoBrand != want {
				t.Errorf("%s: %s bears %q beside, want %q", name, bin, got.CoBrand, want)
			}
		}
	}
}
