package embed_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"io"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"github.com/paywicket/paywicket/embed"
)

func TestEveryAssetIsWhatItsManifestSays(t *testing.T) {
	t.Parallel()
	if len(embed.All()) < 5 {
		t.Fatalf("only %d assets", len(embed.All()))
	}
	for _, file := range embed.All() {
		sum := sha512.Sum384(file.Body)
		if want := "sha384-" + base64.StdEncoding.EncodeToString(sum[:]); file.Integrity != want {
			t.Errorf("%s: integrity %s, want %s", file.Name, file.Integrity, want)
		}
		plain, err := io.ReadAll(brotli.NewReader(bytes.NewReader(file.Brotli)))
		if err != nil || !bytes.Equal(plain, file.Body) {
			t.Errorf("%s: brotli gives %d bytes, %v", file.Name, len(plain), err)
		}
		unzip, err := gzip.NewReader(bytes.NewReader(file.Gzip))
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := io.ReadAll(unzip); err != nil || !bytes.Equal(plain, file.Body) {
			t.Errorf("%s: gzip gives %d bytes, %v", file.Name, len(plain), err)
		}
		if file.ContentType == "" || file.Hash == "" {
			t.Errorf("%s: %q %q", file.Name, file.ContentType, file.Hash)
		}
		if again, ok := embed.Asset(file.Name); !ok || again.Path != file.Path {
			t.Errorf("%s is not found by its name", file.Name)
		}
	}
	if _, ok := embed.Asset("nope.js"); ok {
		t.Error("an asset that is not there was found")
	}
}

// The loader runs on merchants' pages: it carries nothing that handles cards.
func TestTheLoaderHandlesNoCards(t *testing.T) {
	t.Parallel()
	loader, ok := embed.Asset("paywicket.js")
	if !ok {
		t.Fatal("there is no loader")
	}
	for _, word := range []string{"cc-number", "cc-csc", "exp_month\":", "innerHTML", "eval(", "document.write"} {
		if strings.Contains(string(loader.Body), word) {
			t.Errorf("the loader holds %q", word)
		}
	}
}
