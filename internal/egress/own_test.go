package egress_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/egress"
)

func TestOwnReachesItsOriginAlone(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
		}
	}))
	t.Cleanup(server.Close)
	other := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(other.Close)
	client, err := egress.Own(server.URL, 2*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{"/": http.StatusOK, "/away": http.StatusFound} {
		response, err := client.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, response.StatusCode, want)
		}
	}
	if _, err := client.Get(other.URL); !errors.Is(err, egress.ErrForbidden) {
		t.Errorf("another port was reached: %v", err)
	}
	if _, err := client.Get(strings.Replace(server.URL, "127.0.0.1", "localhost", 1)); !errors.Is(err, egress.ErrForbidden) {
		t.Errorf("another name was reached: %v", err)
	}
	for _, origin := range []string{"http://169.254.169.254", "http://[fe80::1]:80", "http://0.0.0.0:1", "http://224.0.0.1"} {
		client, err := egress.Own(origin, 2*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Get(origin); !errors.Is(err, egress.ErrForbidden) {
			t.Errorf("%s was dialled: %v", origin, err)
		}
	}
	if _, err := egress.Own("pay.example", time.Second); err == nil {
		t.Error("no origin passed for one")
	}
}
