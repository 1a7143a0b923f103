package egress

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// Own makes a client like Policy's that dials one origin and nothing else: the address of this
// server, which its operator gave. That may well be a private one, seen from inside; but none
// that is no server's, nor a link-local one, where clouds keep the machine's credentials.
func Own(origin string, timeout time.Duration) (*http.Client, error) {
	u, err := url.Parse(origin)
	if err != nil || u.Hostname() == "" {
		return nil, fmt.Errorf("egress: %q is no origin", origin)
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	only := net.JoinHostPort(u.Hostname(), port)
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: controlOwn}
	client := Policy{}.Client(timeout)
	client.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if address != only {
			return nil, fmt.Errorf("%w: %s", ErrForbidden, address)
		}
		return dialer.DialContext(ctx, network, address)
	}
	return client, nil
}

func controlOwn(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %v", ErrForbidden, err)
	}
	if addr := to.Addr().Unmap(); addr.IsUnspecified() || addr.IsMulticast() || addr.IsLinkLocalUnicast() {
		return fmt.Errorf("%w: %s", ErrForbidden, addr)
	}
	return nil
}
