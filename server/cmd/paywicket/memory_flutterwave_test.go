package main

import (
	"bytes"
	"crypto/des"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/store/storetest"
)

// client encrypts a card charge as Flutterwave's clients do.
func (h *house) client(plain string) string {
	sum := md5.Sum([]byte(h.secret))
	digest := hex.EncodeToString(sum[:])
	cipher, err := des.NewTripleDESCipher([]byte(h.secret[:12] + digest[len(digest)-12:]))
	if err != nil {
		h.Fatal(err)
	}
	pad := 8 - len(plain)%8
	text := append([]byte(plain), bytes.Repeat([]byte{byte(pad)}, pad)...)
	for at := 0; at < len(text); at += 8 {
		cipher.Encrypt(text[at:at+8], text[at:at+8])
	}
	return base64.StdEncoding.EncodeToString(text)
}

// Cards that come encrypted are decrypted, charged and kept; a second later another process
// finds nothing of what was decrypted in the server's memory: no number, no CVV and no PIN as
// their clients write them. What goes on to a processor is written otherwise, and is not looked
// for here. (That the scan sees what there is, TestNoCardIsLeftInMemory shows.)
func TestNoEncryptedCardIsLeftInMemory(t *testing.T) {
	if storetest.Server() != "" {
		t.Skip("the same with any database")
	}
	h := &house{TB: t, data: filepath.Join(t.TempDir(), "data"), binary: filepath.Join(t.TempDir(), "paywicket")}
	if out, err := exec.Command("go", "build", "-o", h.binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	h.open()
	h.upstream = h.processor()
	p := h.start()
	defer func() {
		p.Process.Kill()
		p.Wait()
	}()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	for i := range 100 {
		plain := fmt.Sprintf(`{"card_number":"%s","cvv":"739","expiry_month":"12","expiry_year":"30","currency":"NGN","amount":100,"email":"ada@shop.example","fullname":"Ada","tx_ref":"r-%d","authorization":{"mode":"pin","pin":"9182"}}`, cardNumber(), i)
		status, answer, ok := h.call(client, "POST", p.url+"/v3/charges?type=card", `{"client":"`+h.client(plain)+`"}`)
		if !ok || status != http.StatusOK || !strings.Contains(string(answer), `"token":"flw-t1nf-`) {
			t.Fatalf("%d %s", status, answer)
		}
	}
	client.CloseIdleConnections()
	time.Sleep(time.Second)
	h.expectNoCardOnDisk()
	h.scan(p) // skips where the program may not be looked into
	for _, secret := range []string{`"card_number":"` + bin, `"cvv":"739","expiry_month"`, `"pin":"9182"`} {
		if n := h.count(p, secret); n != 0 {
			t.Errorf("%s is in memory %d times", secret, n)
		}
	}
}
