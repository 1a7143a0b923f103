package flutterwave

import (
	"bytes"
	"crypto/des"
	"encoding/base64"
	"strings"
	"testing"
)

// A secret key, the end of its MD5 by md5sum, and a client that openssl made with the two:
//
//	key=e6db11d1f8a6$(printf %s $secret | md5sum | cut -c21-32)
//	printf %s "$text" | openssl enc -des-ede3-ecb -K $(printf %s $key | od -An -tx1 | tr -d ' \n') -a -A
const (
	aSecret   = "FLWSECK-e6db11d1f8a6208de8cb2f94e293450e-X"
	aDigest   = "45085c5a7de4"
	byOpenSSL = "cUjKNlSXcVaO3mceVtOvczpeUP2E+QE7Zdc1tF6wqM9/3FJI8WgMkGp4DKkg39oG"
)

func encrypted(t *testing.T, secret, plain string) []byte {
	t.Helper()
	key, err := cardKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	cipher, err := des.NewTripleDESCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	pad := 8 - len(plain)%8
	text := append([]byte(plain), bytes.Repeat([]byte{byte(pad)}, pad)...)
	for at := 0; at < len(text); at += 8 {
		cipher.Encrypt(text[at:at+8], text[at:at+8])
	}
	return []byte(base64.StdEncoding.EncodeToString(text))
}

func TestTheCardKey(t *testing.T) {
	t.Parallel()
	if key, err := cardKey(aSecret); err != nil || string(key) != "e6db11d1f8a6"+aDigest {
		t.Errorf("%s, %v", key, err)
	}
	if _, err := cardKey("FLWSECK-short"); err == nil {
		t.Error("a key of too little was derived")
	}
}

func TestAClientIsDecrypted(t *testing.T) {
	t.Parallel()
	const plain = `{"card_number":"5531886652142950","tx_ref":"a"}`
	if got, err := decrypt(aSecret, []byte(byOpenSSL)); err != nil || string(got) != plain {
		t.Errorf("openssl's: %s, %v", got, err)
	}
	whole := string(encrypted(t, aSecret, plain))
	for name, text := range map[string]string{
		"as it is": whole, "slashes escaped": strings.ReplaceAll(whole, "/", `\/`), "signs escaped": strings.NewReplacer("+", `\u002B`, "=", `\u003d`).Replace(whole), "in lines": whole[:20] + `\n` + whole[20:] + `\r\n`,
	} {
		if got, err := decrypt(aSecret, []byte(text)); err != nil || string(got) != plain {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}

// Whatever is wrong, the refusal is the same.
func TestAClientThatCannotBeDecrypted(t *testing.T) {
	t.Parallel()
	whole := string(encrypted(t, aSecret, `{"card_number":"5531886652142950"}`))
	for name, text := range map[string]string{
		"nothing": "", "no base64": "not base64!", "half a block": base64.StdEncoding.EncodeToString([]byte("12345")), "cut": whole[:len(whole)-12],
		"under another key": string(encrypted(t, "FLWSECK-0123456789abcdef-X", `{"card_number":"5531886652142950"}`)),
	} {
		if got, err := decrypt(aSecret, []byte(text)); err != unreadable || got != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
