package egress_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paywicket/paywicket/internal/egress"
)

func TestAllows(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "10.1.2.3", "172.31.0.1", "192.168.1.1", "169.254.169.254",
		"100.64.0.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
		"64:ff9b::7f00:1", "2002:7f00:1::", "fc00::1", "fe80::1", "fe80::1%eth0", "ff02::1", "2001:db8::1", "::127.0.0.1",
	} {
		if (egress.Policy{}).Allows(netip.MustParseAddr(text)) {
			t.Errorf("%s may be dialled", text)
		}
	}
	for _, text := range []string{"8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"} {
		if !(egress.Policy{}).Allows(netip.MustParseAddr(text)) {
			t.Errorf("%s may not be dialled", text)
		}
	}
	local := egress.Policy{Loopback: true}
	if !local.Allows(netip.MustParseAddr("127.0.0.1")) || !local.Allows(netip.MustParseAddr("::1")) {
		t.Error("loopback is refused where it is allowed")
	}
	if local.Allows(netip.MustParseAddr("10.0.0.1")) || local.Allows(netip.MustParseAddr("0.0.0.0")) {
		t.Error("allowing loopback allows more than loopback")
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	var hits atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	t.Cleanup(server.Close)
	response, err := egress.Policy{Loopback: true}.Client(2 * time.Second).Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusFound || hits.Load() != 1 {
		t.Errorf("status %d after %d calls, want the redirect itself", response.StatusCode, hits.Load())
	}
}

// Why a request failed is told without the URL: it is the merchant's, and logs are not.
func TestReasonHidesTheURL(t *testing.T) {
	t.Parallel()
	_, err := egress.Policy{}.Client(time.Second).Get("http://127.0.0.1:1/hooks/secret-part")
	if err == nil || !strings.Contains(err.Error(), "secret-part") {
		t.Fatalf("%v", err)
	}
	if reason := egress.Reason(err); strings.Contains(reason.Error(), "secret-part") || reason.Error() == "" {
		t.Errorf("%v", reason)
	}
	if plain := errors.New("plain"); egress.Reason(plain) != plain {
		t.Error("another error is not told as it is")
	}
}
