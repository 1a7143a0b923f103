package wire

import (
	"bytes"
	"testing"
)

func TestWhatIsWipedOfARead(t *testing.T) {
	t.Parallel()
	const body = `{"number":"4111111111111111"}`
	for name, c := range map[string]struct{ read, left string }{
		"after its header":        {"POST / HTTP/1.1\r\n\r\n" + body, "POST / HTTP/1.1\r\n\r\n"},
		"before the next request": {body + "GET /", "GET /"},
		"its beginning":           {"\r\n\r\n" + body[:20], "\r\n\r\n"},
		"its end, and the next":   {body[20:] + "GET /", "GET /"},
		"a part of it":            {body[5:20], ""},
		"nothing of it":           {"GET /healthz", "GET /healthz"},
		"an empty read":           {"", ""},
	} {
		read := []byte(c.read)
		wipeIn(read, []byte(body))
		if left := string(bytes.ReplaceAll(read, []byte{0}, nil)); left != c.left {
			t.Errorf("%s: %q is left, want %q", name, left, c.left)
		}
	}
}
