// Package egress makes the HTTP clients that leave this machine: to processors
// and to merchants' webhook receivers.
//
// The address is checked when it is dialled, after every resolution, on the
// number that will be connected to. Checks on the text of a URL are worthless:
// 16 of 18 spellings of loopback passed them, and a name can resolve differently
// the second time.
package egress

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"crypto/tls"
)

// ErrForbidden is the cause of every dial that the policy refuses.
var ErrForbidden = errors.New("egress: address is not allowed")

// Policy says which addresses may be dialled. The zero value allows public
// addresses only.
type Policy struct {
	// Loopback also allows 127.0.0.0/8 and ::1, for a demo or a test whose
	// receivers run on the same machine.
	Loopback bool
	// Resolver finds addresses of names; nil for the system's. Whatever it says, what is
	// checked is what is dialled.
	Resolver *net.Resolver
}

// forbidden are the ranges that no stranger's URL may make us call: everything
// in the IANA special-purpose registries (RFC 6890) that is not globally
// reachable, and the ranges that wrap an IPv4 address in IPv6.
var forbidden = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16",
	"3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
)

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		list[i] = netip.MustParsePrefix(text)
	}
	return list
}

// Allows tells whether an address may be dialled.
func (p Policy) Allows(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	if addr.IsLoopback() {
		return p.Loopback
	}
	for _, prefix := range forbidden {
		if prefix.Contains(addr) {
			return false
		}
	}
	return addr.IsValid()
}

// control runs between resolution and connection, on the address itself.
func (p Policy) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %v", ErrForbidden, err)
	}
	if !p.Allows(to.Addr()) {
		return fmt.Errorf("%w: %s", ErrForbidden, to.Addr())
	}
	return nil
}

// Client makes an HTTP client that dials only what the policy allows, follows no
// redirect, uses no proxy, checks certificates with TLS 1.2 or newer, and keeps
// connections open (every new one would leave a buffer behind). timeout bounds a
// whole call; callers with a budget of their own set a deadline as well.
func (p Policy) Client(timeout time.Duration) *http.Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second, Control: p.control, Resolver: p.Resolver}
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			DialContext:           dialer.DialContext,
			TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:   5 * time.Second,
			ResponseHeaderTimeout: timeout,
			MaxIdleConnsPerHost:   64,
			IdleConnTimeout:       90 * time.Second,
			ForceAttemptHTTP2:     true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Reason is why a request failed, without the URL it was for: what stands in a
// merchant's URL is theirs, often a secret, and is not to stand in a log.
func Reason(err error) error {
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return failed.Err
	}
	return err
}
