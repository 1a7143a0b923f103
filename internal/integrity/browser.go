package integrity

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/andybalholm/brotli"

	"github.com/paywicket/paywicket/internal/egress"
)

// mostBytes is how much of one answer is read, packed and unpacked.
const mostBytes = 4 << 20

// asBrowser is what a browser says when it loads a framed document: whoever tampers with a page
// seldom does it for anybody else.
var asBrowser = map[string]string{
	"User-Agent":                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
	"Accept":                    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
	"Accept-Encoding":           "gzip, br",
	"Accept-Language":           "en-US,en;q=0.9",
	"Upgrade-Insecure-Requests": "1",
	"Sec-Fetch-Dest":            "iframe",
	"Sec-Fetch-Mode":            "navigate",
	"Sec-Fetch-Site":            "cross-site",
}

// asScript is what it says differently when it loads a script.
var asScript = map[string]string{"Accept": "*/*", "Upgrade-Insecure-Requests": "", "Sec-Fetch-Dest": "script", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Site": "same-origin"}

// Browser gets what an origin serves over a client.
func Browser(client *http.Client, origin string) Fetch {
	return func(ctx context.Context, path string) (Answer, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, origin+path, nil)
		if err != nil {
			return Answer{}, err
		}
		for name, value := range BrowserHeaders(path) {
			request.Header.Set(name, value)
		}
		response, err := client.Do(request)
		if err != nil {
			return Answer{}, egress.Reason(err)
		}
		return Read(response)
	}
}

// BrowserHeaders are the headers of a browser's request for a path.
func BrowserHeaders(path string) map[string]string {
	headers := map[string]string{}
	for name, value := range asBrowser {
		headers[name] = value
	}
	if bare, _, _ := strings.Cut(path, "?"); strings.HasSuffix(bare, ".js") {
		for name, value := range asScript {
			if headers[name] = value; value == "" {
				delete(headers, name)
			}
		}
	}
	return headers
}

// Read reads an answer to its end, 4 MiB at most, and undoes its content encoding.
func Read(response *http.Response) (Answer, error) {
	defer response.Body.Close()
	body, err := unpack(response.Header.Get("Content-Encoding"), io.LimitReader(response.Body, mostBytes+1))
	return Answer{Status: response.StatusCode, Header: response.Header, Body: body}, err
}

func unpack(encoding string, body io.Reader) ([]byte, error) {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "", "identity":
	case "br":
		body = brotli.NewReader(body)
	case "gzip":
		unzip, err := gzip.NewReader(body)
		if err != nil {
			return nil, err
		}
		body = unzip
	default:
		return nil, fmt.Errorf("integrity: content encoding %q was not asked for", encoding)
	}
	plain, err := io.ReadAll(io.LimitReader(body, mostBytes+1))
	if err == nil && len(plain) > mostBytes {
		err = errors.New("integrity: the answer is larger than 4 MiB")
	}
	return plain, err
}
